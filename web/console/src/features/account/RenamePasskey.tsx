import type { Schema } from "@alta-data/client";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifySuccess } from "#/ui/notify";
import { NameDialog } from "./NameDialog";

interface Props {
  readonly passkey: Schema<"Passkey">;
  readonly onClose: () => void;
}

/** The dialog that renames a passkey. */
export default function RenamePasskey({ passkey: { id: passkey_id, name }, onClose }: Props) {
  const { t } = useTranslation("account");
  return (
    <NameDialog
      title={t("passkeys.renameTitle")}
      label={t("passkeys.name")}
      name={name}
      required
      submit={t("passkeys.rename")}
      onSubmit={async (changed) => {
        const params = { path: { passkey_id } };
        const renamed = await alta.patch("/users/me/passkeys/{passkey_id}", { params, body: { name: changed } });
        notifySuccess(t("passkeys.renamed", { name: renamed.name }));
      }}
      onClose={onClose}
    />
  );
}
