import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { SummaryView } from "./SummaryView";

/** The figures of all projects that the user administers, or of the platform for super admins. */
export default function OverviewPage() {
  const { t } = useTranslation("analytics");
  const { global_role } = useMe();
  const filter = useSearch({ from: "/app/overview" });
  const navigate = useNavigate();
  return (
    <SummaryView
      title={t("all.title")}
      description={t(global_role === "super_admin" ? "all.platform" : "all.projects")}
      projectId={null}
      filter={filter}
      onChange={(next) => void navigate({ to: "/overview", search: next, replace: true })}
    />
  );
}
