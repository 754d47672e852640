import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifySuccess } from "#/ui/notify";
import { NameDialog } from "./NameDialog";
import { useReauthentication } from "./reauthentication";

/** The dialog that creates a passkey on this device. */
export default function AddPasskey({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation("account");
  const withReauthentication = useReauthentication();
  return (
    <NameDialog
      title={t("passkeys.add")}
      description={t("passkeys.addHelp")}
      label={t("passkeys.optionalName")}
      name=""
      required={false}
      submit={t("passkeys.addSubmit")}
      onSubmit={async (name) => {
        const passkey = await withReauthentication(() => alta.createPasskey(name || undefined));
        notifySuccess(t("passkeys.created", { name: passkey.name }));
      }}
      onClose={onClose}
    />
  );
}
