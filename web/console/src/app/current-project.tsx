import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

interface CurrentProject {
  readonly id: string | null;
  readonly set: (id: string | null) => void;
}

const Context = createContext<CurrentProject>({ id: null, set: () => undefined });

/** Holds the project that the navigation shows. */
export function CurrentProjectProvider({ children }: { readonly children: ReactNode }) {
  const [id, set] = useState<string | null>(null);
  const value = useMemo(() => ({ id, set }), [id]);
  return <Context value={value}>{children}</Context>;
}

/** Returns the id of the project that the navigation shows. */
export function useCurrentProjectId(): string | null {
  return useContext(Context).id;
}

/** Makes the navigation show a project while the calling page is mounted. */
export function useProjectInNavigation(projectId: string): void {
  const { set } = useContext(Context);
  useEffect(() => {
    set(projectId);
    return () => set(null);
  }, [set, projectId]);
}
