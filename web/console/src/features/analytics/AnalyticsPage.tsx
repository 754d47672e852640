import { Alert } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useProject } from "#/features/projects/queries";
import { PageHeader } from "#/ui/PageHeader";
import { SummaryView } from "./SummaryView";

/** The figures of a project as charts, for its admins. */
export default function AnalyticsPage() {
  const { t } = useTranslation("analytics");
  const { id, role } = useProject();
  const { global_role } = useMe();
  const { timeframe, timezone } = useSearch({ from: "/app/project/analytics" });
  const navigate = useNavigate();
  if (role === "admin" || global_role === "super_admin") {
    return (
      <SummaryView
        title={t("title")}
        projectId={id}
        filter={{ timeframe, timezone }}
        onChange={(next) => void navigate({ to: "/project/analytics", search: { id, ...next }, replace: true })}
      />
    );
  }
  return (
    <>
      <PageHeader title={t("title")} />
      <Alert icon={<IconLock aria-hidden />}>{t("onlyAdmins")}</Alert>
    </>
  );
}
