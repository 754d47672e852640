/** Messages between the tabs that share a session. */

/** The tokens of a sign-in or refresh, without the refresh token; null after a sign-out. */
export type Access = { readonly token: string; readonly expiresAt: number } | null;

/** The tabs with the same name. Without a name there is only this one. */
export class Tabs {
  readonly #channel: BroadcastChannel | undefined;
  readonly #waiting = new Set<(access: Access) => void>();

  constructor(name: string | undefined, onAccess: (access: Access) => void) {
    if (name === undefined || typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Access>) => {
      onAccess(data);
      for (const resolve of this.#waiting) resolve(data);
      this.#waiting.clear();
    };
    // In Node, an open channel would keep the process alive.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  send(access: Access): void {
    this.#channel?.postMessage(access);
  }

  /** Waits for the next message, at most this many milliseconds. */
  async next(milliseconds: number): Promise<void> {
    if (!this.#channel) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  close(): void {
    this.#channel?.close();
  }
}
