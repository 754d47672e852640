import { ConnectionError, isProblem } from "@alta-data/client";
import { MutationCache, QueryClient } from "@tanstack/react-query";
import { isCanceled } from "#/ui/is-canceled";
import { notifyProblem } from "#/ui/notify";

declare module "@tanstack/react-query" {
  interface Register {
    mutationMeta: {
      /** The component shows the error itself, for example beside the fields of a form. */
      showsError?: boolean;
    };
  }
}

/** Returns true if the same request may succeed when it is sent again. */
function isTransient(error: unknown): boolean {
  return error instanceof ConnectionError || (isProblem(error) && error.status >= 500);
}

/** The cache of all responses. A mutation that fails shows a toast, unless its component shows the error. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && isTransient(error),
    },
    mutations: { networkMode: "always" },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _result, mutation) => {
      if (!mutation.meta?.showsError && !isCanceled(error)) notifyProblem(error);
    },
  }),
});
