import { type RawSearch, text } from "#/app/search";

/** The filters of an audit log. `from` and `to` are days, both included. */
export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly resource_type?: string | undefined;
  readonly resource_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function day(value: unknown): string | undefined {
  const written = text(value);
  return written && DAY.test(written) && !Number.isNaN(Date.parse(written)) ? written : undefined;
}

/** Reads the filters from a query. */
export function auditSearch(search: RawSearch): AuditFilter {
  return {
    action: text(search.action),
    actor: text(search.actor),
    resource_type: text(search.resource_type),
    resource_id: text(search.resource_id),
    from: day(search.from),
    to: day(search.to),
  };
}

/** Returns the period of two days, both included, in the time zone of the browser. */
export function periodOf({ from, to }: Pick<AuditFilter, "from" | "to">): { from?: string; to?: string } {
  const end = to ? new Date(`${to}T00:00`) : null;
  end?.setDate(end.getDate() + 1);
  return {
    ...(from && { from: new Date(`${from}T00:00`).toISOString() }),
    ...(end && { to: end.toISOString() }),
  };
}

/** Returns the query of a request with these filters. */
export function auditParams({ action, actor, resource_type, resource_id, from, to }: AuditFilter) {
  return {
    ...(action && { action }),
    ...(actor && { actor }),
    ...(resource_type && { resource_type }),
    ...(resource_id && { resource_id }),
    ...periodOf({ from, to }),
  };
}
