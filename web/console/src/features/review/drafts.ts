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
  const saved = sessionStorage.getItem(key(userId, itemId));
  return saved ? (JSON.parse(saved) as Draft) : NO_DRAFT;
}

/** Saves a draft. Returns false if the browser has no room for it. */
export function saveDraft(userId: string, itemId: string, draft: Draft): boolean {
  try {
    if (draft.corrected === null && !draft.feedback) deleteDraft(userId, itemId);
    else sessionStorage.setItem(key(userId, itemId), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Deletes a draft that was sent. */
export function deleteDraft(userId: string, itemId: string): void {
  sessionStorage.removeItem(key(userId, itemId));
}
