// Holding an item while somebody works on it: renewed while they do, given back when they leave.
import { call } from "./form.js";
import { asOwner } from "./owner.js";
import { accessTokenNow } from "./session.js";

const LOOK = 15_000;
// A claim holds for 15 minutes; renewing it earlier than needed forgives a bad connection.
const RENEW_AFTER = 4 * 60_000;
const WARN_BEFORE = 2 * 60_000;
// Between two tries while the server cannot be reached.
const PAUSE = 5000;
const KEY = "alta-held";
const SIGNS_OF_WORK = ["keydown", "pointerdown", "pointermove", "wheel", "input", "play", "timeupdate"];

let held = null;
let lastWork = 0;

for (const sign of SIGNS_OF_WORK) {
  // Captured, since a player's events do not bubble.
  document.addEventListener(sign, () => {
    lastWork = Date.now();
    if (held && held.until <= lastWork) renew();
  }, { capture: true, passive: true });
}

function isHeld(claim) {
  return held === claim;
}

async function renew() {
  const claim = held;
  if (claim.renewing || Date.now() - claim.tried < PAUSE) return;
  [claim.renewing, claim.tried] = [true, Date.now()];
  // Unreachable: the next look tries again.
  const answer = await asOwner("POST", `/review/${claim.id}/claim`).catch(() => null);
  claim.renewing = false;
  if (!isHeld(claim) || !answer) return;
  if (answer.ok) {
    claim.renewed = Date.now();
    claim.until = Date.parse(answer.body.claimed_until);
    claim.onHeld(claim.until);
  } else if (answer.status < 500 && answer.status !== 429) {
    held = null;
    claim.onLost(answer);
  }
}

function look() {
  if (!held) return;
  const now = Date.now();
  const worked = lastWork > held.renewed;
  if (worked && now - held.renewed >= RENEW_AFTER) renew();
  else if (!worked && held.until - now < WARN_BEFORE) held.onIdle(held.until);
}

setInterval(look, LOOK);
// A sleeping machine's timers sleep too.
document.addEventListener("visibilitychange", look);

// Begins to hold what the server has claimed for the reader. `onHeld` hears until when, after each renewal; `onIdle`
// that the claim is about to end since nobody works; `onLost` the answer that refused it.
export function hold({ id, claimed_until }, { onHeld, onIdle, onLost }) {
  held = { id, until: Date.parse(claimed_until), renewed: Date.now(), tried: 0, renewing: false, onHeld, onIdle, onLost };
  onHeld(held.until);
}

// The item is decided on, or somebody else's: there is nothing to give back.
export function letGo() {
  held = null;
}

// What cannot be given back ends by itself.
export async function giveBack(id) {
  await asOwner("DELETE", `/review/${id}/claim`).catch(() => null);
}

export async function release() {
  if (!held) return;
  const { id } = held;
  held = null;
  await giveBack(id);
}

// What was held when this page was loaded anew: giving it back and taking the next may meet, and then the next is another.
export function heldBefore() {
  const [{ type }] = performance.getEntriesByType("navigation");
  const id = type === "reload" ? sessionStorage.getItem(KEY) : null;
  sessionStorage.removeItem(KEY);
  return id;
}

// The page is being left: there is no time to renew a token, nor to read the answer.
addEventListener("pagehide", () => {
  const accessToken = accessTokenNow();
  if (!held) return;
  sessionStorage.setItem(KEY, held.id);
  if (!accessToken) return;
  call("DELETE", `/review/${held.id}/claim`, { accessToken, keepalive: true }).catch(() => {});
  held.until = 0;
});
// It was only put aside: whoever comes back to it goes on.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && held) renew();
});
