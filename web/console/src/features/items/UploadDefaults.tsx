import { Button, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./items.module.css";
import type { UploadDetails } from "./upload-list";

interface Props {
  readonly details: UploadDetails;
  readonly onClear: () => void;
}

/** The label and language that new uploads get. */
export function UploadDefaults({ details: { domain, language }, onClear }: Props) {
  const { t } = useTranslation("items");
  if (!domain && !language) return null;
  const chosen = [
    domain && t("details.chosenDomain", { domain }),
    language && t("details.chosenLanguage", { language }),
  ].filter(Boolean);
  return (
    <div className={classes.chosen}>
      <Text size="sm">{t("details.chosen", { details: chosen.join(", ") })}</Text>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconX size={14} aria-hidden />}
        onClick={onClear}
      >
        {t("details.clear")}
      </Button>
    </div>
  );
}
