import { Alert } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useProject } from "#/features/projects/queries";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import { QueueFilters } from "./QueueFilters";
import { ReviewSessionView } from "./ReviewSessionView";
import type { ReviewSearch } from "./routes";

const QueueTable = lazy(() => import("./QueueTable"));

/** The review of a project's items: one after the other, or as a list. */
export default function ReviewPage() {
  const { t } = useTranslation("review");
  const { id, role } = useProject();
  const { global_role } = useMe();
  const { kind, order, view, item } = useSearch({ from: "/app/project/review" });
  const navigate = useNavigate();
  const mayReview = role === "admin" || role === "reviewer" || global_role === "super_admin";
  const change = (next: ReviewSearch) =>
    void navigate({ to: "/project/review", search: { id, kind, order, view, ...next }, replace: true });
  if (!mayReview) {
    return (
      <>
        <PageHeader title={t("title")} />
        <Alert icon={<IconLock aria-hidden />}>{t("onlyReviewers")}</Alert>
      </>
    );
  }
  const queue = { project_id: id, kind, order };
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={<QueueFilters kind={kind} order={order} view={view} onChange={change} />}
      />
      {view === "queue" ? (
        <Suspense fallback={<RowsSkeleton />}>
          <QueueTable queue={queue} />
        </Suspense>
      ) : (
        <ReviewSessionView
          key={`${id} ${kind ?? ""} ${order ?? ""}`}
          queue={queue}
          mayReopen={role === "admin" || global_role === "super_admin"}
          wanted={item}
        />
      )}
    </>
  );
}
