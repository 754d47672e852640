import { Anchor } from "@mantine/core";
import type { NotificationData } from "@mantine/notifications";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { i18n } from "#/i18n";
import { describeError } from "./describe-error";

const Toasts = lazy(() => import("./toasts"));
const listeners = new Set<() => void>();
let needed = false;

/** The place where toasts appear, from the first one on. */
export function ToastArea() {
  const isNeeded = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => needed,
  );
  return isNeeded ? (
    <Suspense>
      <Toasts />
    </Suspense>
  ) : null;
}

async function show(toast: NotificationData): Promise<void> {
  needed = true;
  for (const listener of listeners) listener();
  const { notifications } = await import("./toasts");
  notifications.show({ closeButtonProps: { "aria-label": i18n.t("close") }, ...toast });
}

/** Shows a toast that something succeeded. */
export function notifySuccess(message: string): void {
  void show({ message, color: "green", icon: <IconCheck size={18} aria-hidden /> });
}

/** Shows a toast with an error's title, detail and request id. */
export function notifyProblem(error: unknown): void {
  void describeError(error).then(({ title, detail, requestId }) =>
    show({
      title,
      message: (
        <>
          {detail}
          {requestId && <div className="request-id">{i18n.t("requestId", { id: requestId })}</div>}
        </>
      ),
      color: "red",
      icon: <IconAlertTriangle size={18} aria-hidden />,
      autoClose: 12_000,
    }),
  );
}

/** Shows a toast with a button that undoes the action. */
export function notifyUndo(message: string, undo: () => void): void {
  const id = crypto.randomUUID();
  const revert = () => {
    void import("./toasts").then(({ notifications }) => notifications.hide(id));
    undo();
  };
  void show({
    id,
    message: (
      <>
        {message}{" "}
        <Anchor component="button" type="button" size="sm" fw={600} onClick={revert}>
          {i18n.t("undo")}
        </Anchor>
      </>
    ),
    color: "green",
    icon: <IconCheck size={18} aria-hidden />,
    autoClose: 8000,
  });
}
