import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** An input for a new password, with the rule it has to follow. */
export function NewPassword(props: PasswordInputProps) {
  const { t } = useTranslation("auth");
  return (
    <PasswordInput
      label={t("newPassword")}
      description={t("passwordRule")}
      required
      minLength={12}
      maxLength={128}
      autoComplete="new-password"
      aria-invalid={props.error ? true : undefined}
      visibilityToggleButtonProps={{ "aria-label": t("showPassword") }}
      {...props}
    />
  );
}
