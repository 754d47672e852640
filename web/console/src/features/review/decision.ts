import { isProblem, type ItemWithText, type Schema } from "@alta-data/client";
import { alta } from "#/api/alta";
import { loadItem, type Verdict } from "./queries";

/** A decision on an item as the reviewer saw it. */
export interface Decision {
  readonly item: ItemWithText;
  readonly etag: string;
  readonly verdict: Verdict;
  readonly feedback: string;
  readonly corrected: string | null;
}

/** The reason why a reviewer no longer holds an item. */
export type ClaimLossReason = "decided" | "claimed" | "notPending" | "own" | "gone";

/**
 * The result of a decision. `lost`: another reviewer decided or holds the item. `changed`: the item changed since it
 * was loaded. `failed`: the decision can be sent again.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "lost"; readonly lossReason: ClaimLossReason }
  | { readonly kind: "changed" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Returns the reason why a request on an item was refused, or null for errors of another kind. */
export function claimLossReason(error: unknown): ClaimLossReason | null {
  if (isProblem(error, "already_decided")) return "decided";
  if (isProblem(error, "claimed")) return "claimed";
  if (isProblem(error, "invalid_state")) return "notPending";
  if (isProblem(error, "own_submission")) return "own";
  if (isProblem(error, "not_found")) return "gone";
  return null;
}

/** Returns the body of the request that decides. */
export function bodyOf({ verdict, feedback, corrected }: Decision): Schema<"Decision"> {
  return {
    status: verdict,
    ...(verdict === "rejected" && { feedback: feedback.trim() }),
    ...(corrected !== null && { corrected_text: corrected }),
  };
}

/** Sends a decision. `keepalive` lets it outlive the page. */
export async function send(decision: Decision, userId: string, keepalive = false): Promise<Outcome> {
  const { item, etag } = decision;
  try {
    await alta.patch("/review/{item_id}", {
      params: { path: { item_id: item.id }, header: { "If-Match": etag } },
      body: bodyOf(decision),
      keepalive,
    });
    return { kind: "done" };
  } catch (error) {
    const isConflict = isProblem(error, "already_decided", "stale");
    if (isConflict && (await isRecorded(decision, userId))) return { kind: "done" };
    if (isProblem(error, "stale")) return { kind: "changed" };
    const lossReason = claimLossReason(error);
    return lossReason ? { kind: "lost", lossReason } : { kind: "failed", error };
  }
}

/** Returns true if this decision was made already: the answer to an earlier request may have been lost. */
async function isRecorded({ item, verdict, corrected }: Decision, userId: string): Promise<boolean> {
  const now = await loadItem(item).catch(() => null);
  if (!now) return false;
  const { reviewed_by_id, status, corrected_text } = now.item;
  return reviewed_by_id === userId && status === verdict && (corrected === null || corrected === corrected_text);
}

/** Returns the latest change of an item, which names the reviewer who decided. */
export async function lastChange(item_id: string): Promise<Schema<"HistoryEntry"> | null> {
  const params = { path: { item_id }, query: { limit: 1 } };
  const history = await alta.get("/review/{item_id}/history", { params }).catch(() => null);
  return history?.items[0] ?? null;
}
