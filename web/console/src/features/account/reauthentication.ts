import { isProblem } from "@alta-data/client";
import { createContext, use } from "react";

/** Runs an action. If it needs a recent sign-in, asks the user to reauthenticate, and runs it again. */
export type WithReauthentication = <T>(action: () => Promise<T>) => Promise<T>;

/** Asks the user to reauthenticate. Rejects with an `AbortError` if they cancel. */
export type ReauthenticationPrompt = () => Promise<void>;

export const ReauthenticationContext = createContext<ReauthenticationPrompt>(() => Promise.reject(canceled()));

/** The error of an action that the user canceled. It is not shown. */
export function canceled(): DOMException {
  return new DOMException("The user canceled.", "AbortError");
}

/** Returns a function that runs actions which may need a recent sign-in. */
export function useReauthentication(): WithReauthentication {
  const prompt = use(ReauthenticationContext);
  return async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!isProblem(error, "reauthentication_required")) throw error;
    }
    await prompt();
    return action();
  };
}
