import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useBreadcrumb } from "#/app/Breadcrumbs";
import { PageHeader } from "#/ui/PageHeader";
import classes from "./account.module.css";
import { ChangePassword } from "./ChangePassword";
import { ConfirmIdentity } from "./ConfirmIdentity";
import { DeleteAccount } from "./DeleteAccount";
import { ExportData } from "./ExportData";
import { Passkeys } from "./Passkeys";
import { Profile } from "./Profile";
import { Sessions } from "./Sessions";

/** The account of the signed-in user. */
export default function AccountPage() {
  const { t } = useTranslation("account");
  useBreadcrumb(t("title"));
  return (
    <ConfirmIdentity>
      <PageHeader title={t("title")} />
      <Stack gap="lg" className={classes.page}>
        <Profile />
        <ChangePassword />
        <Passkeys />
        <Sessions />
        <ExportData />
        <DeleteAccount />
      </Stack>
    </ConfirmIdentity>
  );
}
