import type { Transition } from "@alta-data/client";
import { useEffect, useEffectEvent } from "react";
import { alta } from "#/api/alta";

interface Listener {
  readonly onTransition: (transition: Transition) => void;
  /** Called when transitions may have been missed. */
  readonly onGap: () => void;
}

/** Follows the transitions of a project's items while the component is mounted. */
export function useTransitions(project_id: string | null, listener: Listener): void {
  const onTransition = useEffectEvent(listener.onTransition);
  const onGap = useEffectEvent(listener.onGap);
  useEffect(() => {
    if (!project_id) return undefined;
    const stop = new AbortController();
    const follow = async () => {
      const events = alta.events(project_id, { signal: stop.signal, onGap: () => onGap() });
      await events.opened;
      // Data that was loaded before the stream opened may be outdated.
      onGap();
      for await (const transition of events) onTransition(transition);
    };
    // The stream ends when the user loses access. The next request reports it.
    follow().catch(() => undefined);
    return () => stop.abort();
  }, [project_id]);
}
