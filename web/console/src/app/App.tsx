import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { alta } from "#/api/alta";
import { ToastArea } from "#/ui/notify";
import { queryClient } from "#/api/query-client";
import { router } from "./router";
import { theme } from "./theme";

const colorSchemes = localStorageColorSchemeManager({ key: "alta-data.color-scheme" });

/**
 * Each route checks the access of the new user, who must not see what the cache holds. The cache is emptied after the
 * pages that read it have closed: otherwise they would load again, without a session.
 */
function useSessionEnd(): void {
  useEffect(() => {
    let hasEnded = false;
    let wasSignedIn = alta.session.signedIn === true;
    const empty = () => {
      if (hasEnded) queryClient.clear();
      hasEnded = false;
    };
    return alta.session.onChange((signedIn) => {
      const ends = wasSignedIn && !signedIn;
      wasSignedIn = signedIn;
      if (signedIn) empty();
      if (!ends) {
        void router.invalidate();
        return;
      }
      hasEnded = true;
      // The page of an invitation needs no session, and stays.
      void queryClient.cancelQueries({ predicate: ({ queryKey: [resource] }) => resource !== "invitation" });
      void router.invalidate().then(empty);
    });
  }, []);
}

/** The whole console. */
export function App() {
  useSessionEnd();
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemes}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <ToastArea />
      </QueryClientProvider>
    </MantineProvider>
  );
}
