import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { alta } from "./alta";

/** The account of the signed-in user. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => alta.get("/auth/me", { signal }),
  staleTime: 60_000,
});

/** Returns the account of the signed-in user, below the layout that requires a session. */
export function useMe() {
  return useSuspenseQuery(meQuery).data;
}

/** Returns true if a user is signed in; undefined until the first refresh has ended. */
export function useSignedIn(): boolean | undefined {
  return useSyncExternalStore(
    (changed) => alta.session.onChange(changed),
    () => alta.session.signedIn,
  );
}
