import "#/styles/dialogs";
import { Drawer } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";

/** The navigation on a phone. */
export default function NavigationDrawer({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  useEffect(() => router.subscribe("onBeforeNavigate", onClose), [router, onClose]);
  return (
    <Drawer opened onClose={onClose} size={280} title={<Logo />} closeButtonProps={{ "aria-label": t("close") }}>
      <Navigation />
    </Drawer>
  );
}
