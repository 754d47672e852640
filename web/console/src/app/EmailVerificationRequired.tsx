import { Button } from "@mantine/core";
import { IconMailCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { useMe } from "#/api/session";
import { EmptyState } from "#/ui/EmptyState";
import { notifySuccess } from "#/ui/notify";

/** Takes the place of all pages until the user has opened the link in the mail. */
export function EmailVerificationRequired() {
  const { t } = useTranslation();
  const { email } = useMe();
  const resend = useMutation({
    mutationFn: () => alta.post("/auth/verify-email/resend", { body: { email } }),
    onSuccess: () => notifySuccess(t("emailVerificationRequired.sent")),
  });
  const action = (
    <Button loading={resend.isPending} onClick={() => resend.mutate()}>
      {t("emailVerificationRequired.resend")}
    </Button>
  );
  return (
    <EmptyState
      isPage
      icon={IconMailCheck}
      title={t("emailVerificationRequired.title")}
      description={t("emailVerificationRequired.description", { email })}
      action={action}
    />
  );
}
