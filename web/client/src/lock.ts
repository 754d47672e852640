/** Mutual exclusion between the tabs of an origin. */

const chains = new Map<string, Promise<unknown>>();

/**
 * Runs a function while no other tab runs one under this name. Without Web Locks (Node 20, pages without HTTPS), the
 * lock holds within this process.
 */
export async function withLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks) return locks.request(name, run);
  const result = (chains.get(name) ?? Promise.resolve()).then(run, run);
  chains.set(name, result);
  try {
    return await result;
  } finally {
    if (chains.get(name) === result) chains.delete(name);
  }
}
