import { listOptions } from "#/api/lists";
import { type AuditFilter, auditParams } from "./filter";

/** The audit log of a project, for its admins. */
export function projectAuditLogQuery(project_id: string, filter: AuditFilter) {
  return listOptions(["audit-log", project_id, filter], "/projects/{project_id}/audit-logs", {
    path: { project_id },
    query: { ...auditParams(filter), limit: 50 },
  });
}
