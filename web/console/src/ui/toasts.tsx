import "@mantine/notifications/styles.layer.css";
import "@mantine/core/styles/Notification.layer.css";
import { Notifications } from "@mantine/notifications";

export { notifications } from "@mantine/notifications";

/** The place where toasts appear. It is loaded with the first toast. */
export default function Toasts() {
  return <Notifications position="bottom-right" autoClose={6000} />;
}
