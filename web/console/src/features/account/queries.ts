import { queryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";

/** The account with its version. */
export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: ({ signal }) => alta.get("/users/me", { signal }),
});

/** The passkeys of the account. */
export const passkeysQuery = listOptions(["passkeys"], "/users/me/passkeys");

/** The live sessions of the account. */
export const sessionsQuery = listOptions(["sessions"], "/users/me/sessions");
