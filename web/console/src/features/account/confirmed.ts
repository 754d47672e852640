import { isProblem } from "@alta-data/client";
import { createContext, use } from "react";

/** Runs an action. If it needs a recent sign-in, asks the user to confirm that it is them, and runs it again. */
export type Confirmed = <T>(action: () => Promise<T>) => Promise<T>;

/** Asks the user. Rejects with an `AbortError` if they cancel. */
export type Ask = () => Promise<void>;

export const AskContext = createContext<Ask>(() => Promise.reject(cancelled()));

/** The error of an action that the user canceled. It is not shown. */
export function cancelled(): DOMException {
  return new DOMException("The user canceled.", "AbortError");
}

/** Returns a function that runs actions which may need a recent sign-in. */
export function useConfirmed(): Confirmed {
  const ask = use(AskContext);
  return async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!isProblem(error, "reauthentication_required")) throw error;
    }
    await ask();
    return action();
  };
}
