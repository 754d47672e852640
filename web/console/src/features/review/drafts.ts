/** The text that a reviewer wrote and has not sent. It outlives a reload and a lost claim, in this tab. */
export interface Draft {
  /** The corrected text; null if the text is as it was. */
  readonly corrected: string | null;
  readonly feedback: string;
}

export const NO_DRAFT: Draft = { corrected: null, feedback: "" };

const key = (userId: string, itemId: string) => `alta-data.draft ${userId} ${itemId}`;

/** Returns the stored draft for an item. */
export function readDraft(userId: string, itemId: string): Draft {
  const kept = sessionStorage.getItem(key(userId, itemId));
  return kept ? (JSON.parse(kept) as Draft) : NO_DRAFT;
}

/** Keeps a draft. Returns false if the browser has no room for it. */
export function keepDraft(userId: string, itemId: string, draft: Draft): boolean {
  try {
    if (draft.corrected === null && !draft.feedback) dropDraft(userId, itemId);
    else sessionStorage.setItem(key(userId, itemId), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Forgets a draft that was sent. */
export function dropDraft(userId: string, itemId: string): void {
  sessionStorage.removeItem(key(userId, itemId));
}
