import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useMe } from "#/api/session";
import type { Queue } from "./queries";
import { ReviewSession, type Snapshot } from "./review-session";

/** Returns the review session of a queue. The address names the item under review. */
export function useReviewSession(
  queue: Queue,
  mayReopen: boolean,
  wanted?: string,
): { session: ReviewSession; state: Snapshot } {
  const navigate = useNavigate();
  const { id: userId } = useMe();
  const [session] = useState(() => {
    const { project_id: id, kind, order } = queue;
    const onShow = (itemId: string | null) => {
      const item = itemId ?? undefined;
      // The user may have gone to another page.
      if (location.pathname !== "/project/review") return;
      void navigate({ to: "/project/review", search: { id, kind, order, item }, replace: true, resetScroll: false });
    };
    return new ReviewSession({ queue, userId, mayReopen, onShow });
  });
  // Only the item that the address names at first is wanted.
  const [first] = useState(wanted);
  useEffect(() => session.start(first), [session, first]);
  return { session, state: useSyncExternalStore(session.subscribe, session.snapshot) };
}
