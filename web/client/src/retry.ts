/** Repetition with growing pauses. */

/** The pauses between attempts. */
export interface Backoff {
  /** The first pause, in milliseconds. Each further one is twice as long. */
  first: number;
  /** The longest pause, in milliseconds. */
  longest: number;
  /** The number of failures in a row that are tolerated. */
  failures: number;
}

/** Returns the pause after a number of failures: random between half of it and all, so that clients spread. */
export function pause({ first, longest }: Omit<Backoff, "failures">, failures: number): number {
  return Math.min(first * 2 ** (failures - 1), longest) * (0.5 + Math.random() / 2);
}

/** Waits for a time in milliseconds. Rejects when the signal is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** The options of {@link persistently}. */
export interface Persistence {
  backoff: Backoff;
  signal?: AbortSignal | undefined;
  /** Returns true if a repetition may succeed, or the minimum number of seconds to wait before it. */
  repeatable(error: unknown): boolean | number;
}

/** Runs a function until it succeeds. It may call its argument to report progress, which forgives earlier failures. */
export async function persistently<T>(
  { backoff, signal, repeatable }: Persistence,
  run: (progressed: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  const progressed = () => {
    failures = 0;
  };
  for (;;) {
    try {
      return await run(progressed);
    } catch (error) {
      failures += 1;
      signal?.throwIfAborted();
      const repeat = repeatable(error);
      if (repeat === false || failures > backoff.failures) throw error;
      const least = repeat === true ? 0 : repeat * 1000;
      await sleep(Math.max(least, pause(backoff, failures)), signal);
    }
  }
}
