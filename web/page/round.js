// Going through the queue without deciding: what was left for later comes again when all were looked at.
import { bodyOf } from "./form.js";
import { asOwner } from "./owner.js";

const left = new Set();

export function beginRound() {
  left.clear();
}

// The first of the queue that was not looked at in this round and that the reader may decide on.
async function findOther(query, may) {
  let cursor = null;
  do {
    const { items, next_cursor } = bodyOf(await asOwner("GET", `/review?${query(cursor ? { cursor } : {})}`));
    const found = items.find((item) => !left.has(item.id) && may(item));
    if (found) return found.id;
    cursor = next_cursor;
  } while (cursor);
  return null;
}

// One that somebody takes at this moment is passed over.
async function takeOther(query, may, take) {
  for (let id = await findOther(query, may); id !== null; id = await findOther(query, may)) {
    if (await take(id)) return true;
    left.add(id);
  }
  return false;
}

// Takes another item than this one; false when there is none.
export async function takeAnother(id, { query, may, take }) {
  left.add(id);
  if (await takeOther(query, may, take)) return true;
  left.clear();
  left.add(id);
  return takeOther(query, may, take);
}
