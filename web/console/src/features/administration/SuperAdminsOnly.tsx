import { Alert } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";

/** Shows its children to super admins. */
export function SuperAdminsOnly({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation("administration");
  const { global_role } = useMe();
  if (global_role === "super_admin") return children;
  return <Alert icon={<IconLock aria-hidden />}>{t("onlySuperAdmins")}</Alert>;
}
