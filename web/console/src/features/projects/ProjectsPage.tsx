import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChartBar, IconFolderPlus, IconFolderSearch, IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { ButtonLink } from "#/ui/links";
import { LoadMore } from "#/ui/LoadMore";
import { PageHeader } from "#/ui/PageHeader";
import { useShortcuts } from "#/ui/shortcuts";
import { RowsSkeleton } from "#/ui/skeletons";
import { ProjectCard } from "./ProjectCard";
import classes from "./projects.module.css";
import { projectsQuery } from "./queries";

const CreateProject = lazy(() => import("./CreateProject"));

/** The start page: the projects of the user. */
export default function ProjectsPage() {
  const { t } = useTranslation("projects");
  const { q, all } = useSearch({ from: "/app/" });
  const navigate = useNavigate({ from: "/" });
  const { global_role } = useMe();
  const [creating, { open, close }] = useDisclosure();
  const filter = { ...(q && { q }), ...(all && { all: true }) };
  const list = useInfiniteQuery({ ...projectsQuery(filter), placeholderData: keepPreviousData });
  useShortcuts(t("title"), [{ keys: "N", label: t("create.title"), run: open }]);

  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      {t("create.open")}
    </Button>
  );
  const projects = list.data ?? [];
  const filtered = q !== undefined;
  const isEmpty = list.isSuccess && projects.length === 0;
  const isAdminOfSeveral = projects.filter(({ role }) => role === "admin").length > 1;
  const actions = (
    <>
      {(isAdminOfSeveral || global_role === "super_admin") && (
        <ButtonLink to="/overview" variant="default" leftSection={<IconChartBar size={16} aria-hidden />}>
          {t("overview")}
        </ButtonLink>
      )}
      {create}
    </>
  );
  return (
    <>
      <PageHeader title={t("title")} actions={!isEmpty || filtered ? actions : undefined} />
      {(projects.length > 5 || filtered || global_role === "super_admin") && (
        <div className={classes.filters}>
          <TextInput
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            leftSection={<IconSearch size={16} aria-hidden />}
            defaultValue={q}
            className={classes.search}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: (old) => ({ ...old, q: value || undefined }), replace: true })
            }
          />
          {global_role === "super_admin" && (
            <SegmentedControl
              aria-label={t("scope.label")}
              value={all ?? "false"}
              onChange={(value) =>
                void navigate({ search: (old) => ({ ...old, all: value === "true" ? "true" : undefined }) })
              }
              data={[
                { value: "false", label: t("scope.own") },
                { value: "true", label: t("scope.all") },
              ]}
            />
          )}
        </div>
      )}
      {list.isPending && <RowsSkeleton rows={4} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && filtered && (
        <EmptyState icon={IconFolderSearch} title={t("none.title")} description={t("none.description")} />
      )}
      {isEmpty && !filtered && (
        <EmptyState
          icon={IconFolderPlus}
          title={t("empty.title")}
          description={t("empty.description")}
          action={create}
        />
      )}
      {projects.length > 0 && (
        <ul className={classes.cards}>
          {projects.map((project) => (
            <li key={project.id}>
              <ProjectCard project={project} />
            </li>
          ))}
        </ul>
      )}
      <LoadMore list={list} />
      <Suspense>{creating && <CreateProject onClose={close} />}</Suspense>
    </>
  );
}
