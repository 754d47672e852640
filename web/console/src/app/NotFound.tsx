import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "#/ui/EmptyState";
import { ButtonLink } from "#/ui/links";

/** The page for paths that do not exist. */
export function NotFound() {
  const { t } = useTranslation();
  const home = (
    <ButtonLink to="/" variant="default">
      {t("notFound.home")}
    </ButtonLink>
  );
  return (
    <main>
      <EmptyState
        isPage
        icon={IconMapOff}
        title={t("notFound.title")}
        description={t("notFound.description")}
        action={home}
      />
    </main>
  );
}
