// What a reviewer typed and has not sent: it outlives a reload, a lost claim and an ended session, in this tab.

const PREFIX = "alta-draft:";

export function keptDraft(user, item) {
  return JSON.parse(sessionStorage.getItem(`${PREFIX}${user}:${item}`) ?? "null");
}

// `{ corrected, feedback }`, each null where nothing was typed. False when the browser has no room for it.
export function keepDraft(user, item, draft) {
  const key = `${PREFIX}${user}:${item}`;
  if (draft.corrected === null && !draft.feedback) {
    sessionStorage.removeItem(key);
    return true;
  }
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(user, item) {
  sessionStorage.removeItem(`${PREFIX}${user}:${item}`);
}

// On signing out: the next one at this screen finds nothing.
export function dropDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
