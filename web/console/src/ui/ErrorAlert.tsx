import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useErrorDescription } from "./use-error";

/** Shows an error above the fields of a form. Renders nothing for a falsy error. */
export function ErrorAlert({ error }: { readonly error: unknown }) {
  return error ? <Shown error={error} /> : null;
}

function Shown({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  const description = useErrorDescription(error);
  if (!description) return null;
  const { title, detail, requestId } = description;
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert">
      {detail}
      {requestId && (
        <Text size="xs" mt={4}>
          {t("requestId", { id: requestId })}
        </Text>
      )}
    </Alert>
  );
}
