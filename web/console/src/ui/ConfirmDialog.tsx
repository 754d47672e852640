import { lazy, Suspense, useState } from "react";
import type { ConfirmDialogProps } from "./ConfirmDialogContent";

const Content = lazy(() => import("./ConfirmDialogContent"));

/** Asks before something that cannot be undone. Where it can be, prefer a toast with undo. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  // It stays after the first use, so that it can close with a transition.
  const [wasOpened, setWasOpened] = useState(props.opened);
  if (props.opened && !wasOpened) setWasOpened(true);
  return <Suspense>{wasOpened && <Content {...props} />}</Suspense>;
}
