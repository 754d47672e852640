import { type ComponentType, createElement, type ReactNode, useEffect, useState } from "react";

/**
 * Loads a component after the calling one is shown, and renders it once it has properties. It then appears at once,
 * without the pause of `lazy`: for dialogs in which the user writes right after a key has opened them.
 */
export function usePreloaded<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  props: Props | null,
): ReactNode {
  const [loaded, setLoaded] = useState<{ readonly Content: ComponentType<Props> } | null>(null);
  const isWanted = props !== null;
  useEffect(() => {
    let isCurrent = true;
    // Without a connection, it is loaded when it is wanted.
    load().then(
      ({ default: Content }) => {
        if (isCurrent) setLoaded({ Content });
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [load, isWanted]);
  return loaded && props ? createElement(loaded.Content, props) : null;
}
