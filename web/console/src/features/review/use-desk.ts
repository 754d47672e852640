import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useMe } from "#/api/session";
import { Desk, type Snapshot } from "./desk";
import type { Queue } from "./queries";

/** Returns the desk of a queue. The address names the item that lies on it. */
export function useDesk(queue: Queue, mayReopen: boolean, wanted?: string): { desk: Desk; state: Snapshot } {
  const navigate = useNavigate();
  const { id: userId } = useMe();
  const [desk] = useState(() => {
    const { project_id: id, kind, order } = queue;
    const onShow = (itemId: string | null) => {
      const item = itemId ?? undefined;
      // The user may have gone to another page.
      if (location.pathname !== "/project/review") return;
      void navigate({ to: "/project/review", search: { id, kind, order, item }, replace: true, resetScroll: false });
    };
    return new Desk({ queue, userId, mayReopen, onShow });
  });
  // Only the item that the address names at first is wanted.
  const [first] = useState(wanted);
  useEffect(() => desk.start(first), [desk, first]);
  return { desk, state: useSyncExternalStore(desk.subscribe, desk.snapshot) };
}
