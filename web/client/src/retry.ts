/** Retries with growing delays. */

/** The delays between attempts. */
export interface Backoff {
  /** The first delay, in milliseconds. Each further one is twice as long. */
  first: number;
  /** The longest delay, in milliseconds. */
  longest: number;
  /** The number of failures in a row that are tolerated. */
  failures: number;
}

/** Returns the delay after a number of failures: random between half of it and all, so that clients spread. */
export function delay({ first, longest }: Omit<Backoff, "failures">, failures: number): number {
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

/** The options of {@link withRetry}. */
export interface RetryOptions {
  backoff: Backoff;
  signal?: AbortSignal | undefined;
  /** Returns true if a retry may succeed, or the minimum number of seconds to wait before it. */
  isRetryable(error: unknown): boolean | number;
}

/** Runs a function until it succeeds. After progress, it may call its argument, which forgives earlier failures. */
export async function withRetry<T>(
  { backoff, signal, isRetryable }: RetryOptions,
  run: (resetFailures: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  const resetFailures = () => {
    failures = 0;
  };
  for (;;) {
    try {
      return await run(resetFailures);
    } catch (error) {
      failures += 1;
      signal?.throwIfAborted();
      const retryable = isRetryable(error);
      if (retryable === false || failures > backoff.failures) throw error;
      const least = retryable === true ? 0 : retryable * 1000;
      await sleep(Math.max(least, delay(backoff, failures)), signal);
    }
  }
}
