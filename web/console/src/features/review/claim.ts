import type { Schema } from "@alta-data/client";
import { alta } from "#/api/alta";

/** The interval at which a claim is checked, in milliseconds. */
const CHECK_INTERVAL = 15_000;
/** A claim is valid for 15 minutes. Renewing it earlier than needed forgives a bad connection. */
const RENEW_AFTER = 4 * 60_000;
const WARN_BEFORE = 2 * 60_000;
const ACTIVITY_EVENTS = ["keydown", "pointerdown", "pointermove", "wheel", "input"];

interface Listener {
  readonly onRenewed: (until: number) => void;
  /** The claim ends soon, since the reviewer is idle. */
  readonly onIdle: () => void;
  /** The server refused to renew the claim. */
  readonly onClaimLost: (error: unknown) => void;
}

/** Claims an item, or renews the claim. */
export function claim(item_id: string, signal?: AbortSignal): Promise<Schema<"ReviewItem">> {
  return alta.post("/review/{item_id}/claim", { params: { path: { item_id } }, ...(signal && { signal }) });
}

/** Releases a claim. A claim that cannot be released expires. */
export async function release(item_id: string, keepalive = false): Promise<void> {
  await alta.delete("/review/{item_id}/claim", { params: { path: { item_id } }, keepalive }).catch(() => undefined);
}

/** The claim on the item that a reviewer works on. It is renewed while they work. */
export class HeldClaim {
  readonly #stop = new AbortController();
  readonly #listener: Listener;
  #until: number;
  #renewed = Date.now();
  #lastActivity = 0;
  #isRenewing = false;

  constructor(
    readonly itemId: string,
    until: number,
    listener: Listener,
  ) {
    this.#until = until;
    this.#listener = listener;
    const { signal } = this.#stop;
    const options = { capture: true, passive: true, signal };
    for (const event of ACTIVITY_EVENTS) document.addEventListener(event, () => this.recordActivity(), options);
    // The timers of a sleeping machine sleep too.
    document.addEventListener("visibilitychange", () => this.#check(), { signal });
    const timer = setInterval(() => this.#check(), CHECK_INTERVAL);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /** Renews the claim. */
  async renew(): Promise<void> {
    const { signal } = this.#stop;
    if (this.#isRenewing || this.#isStopped()) return;
    this.#isRenewing = true;
    try {
      const { claimed_until } = await claim(this.itemId, signal);
      this.#renewed = Date.now();
      this.#until = Date.parse(claimed_until ?? "");
      this.#listener.onRenewed(this.#until);
    } catch (error) {
      if (!this.#isStopped()) this.#listener.onClaimLost(error);
    } finally {
      this.#isRenewing = false;
    }
  }

  /** Stops renewing. The claim itself stays until it expires. */
  stopRenewing(): void {
    this.#stop.abort();
  }

  /** Records that the reviewer works on the item. */
  recordActivity(): void {
    this.#lastActivity = Date.now();
    if (this.#until <= this.#lastActivity) void this.renew();
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #check(): void {
    const now = Date.now();
    const isActive = this.#lastActivity > this.#renewed;
    if (isActive && now - this.#renewed >= RENEW_AFTER) void this.renew();
    else if (!isActive && this.#until - now < WARN_BEFORE) this.#listener.onIdle();
  }
}
