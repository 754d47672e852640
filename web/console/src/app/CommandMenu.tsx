import "#/styles/dialogs";
import "@mantine/spotlight/styles.layer.css";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { createSpotlight } from "@mantine/spotlight";
import { IconLayoutGrid, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { ProjectAvatar } from "#/features/projects/ProjectAvatar";
import { projectQuery, projectsQuery } from "#/features/projects/queries";
import { useCurrentProjectId } from "./current-project";
import { ADMINISTRATION_PAGES, isVisible, PROJECT_PAGES } from "./navigation";

const [store, spotlight] = createSpotlight();

/** The dialog that finds pages and projects by name. */
export default function CommandMenu({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { global_role } = useMe();
  const id = useCurrentProjectId();
  const { data: project } = useQuery({ ...projectQuery(id ?? ""), enabled: id !== null });
  const { data: projects = [] } = useInfiniteQuery(projectsQuery({}));
  useEffect(() => {
    spotlight.open();
  }, []);

  const pages: SpotlightActionData[] = [
    {
      id: "/",
      label: t("navigation.projects"),
      leftSection: <IconLayoutGrid size={20} stroke={1.6} aria-hidden />,
      onClick: () => void navigate({ to: "/" }),
    },
    ...(id ? PROJECT_PAGES : [])
      .filter((entry) => isVisible(entry, project?.role, global_role))
      .map(({ to, label, icon: Symbol }) => ({
        id: to,
        label: t(`navigation.${label}`),
        description: project?.name ?? "",
        leftSection: <Symbol size={20} stroke={1.6} aria-hidden />,
        onClick: () => void navigate({ to, search: { id: id ?? "" } }),
      })),
    ...(global_role === "super_admin" ? ADMINISTRATION_PAGES : []).map(({ to, label, icon: Symbol }) => ({
      id: to,
      label: t(`navigation.${label}`),
      description: t("navigation.administration"),
      leftSection: <Symbol size={20} stroke={1.6} aria-hidden />,
      onClick: () => void navigate({ to }),
    })),
  ];
  const groups: SpotlightActionGroupData[] = [
    { group: t("commands.pages"), actions: pages },
    {
      group: t("navigation.projects"),
      actions: projects.map(({ id, name, description }) => ({
        id,
        label: name,
        description: description ?? "",
        leftSection: <ProjectAvatar name={name} size={22} />,
        onClick: () => void navigate({ to: "/project", search: { id } }),
      })),
    },
  ];
  return (
    <Spotlight
      store={store}
      actions={groups}
      shortcut={null}
      lockScroll={false}
      highlightQuery
      limit={12}
      onSpotlightClose={onClose}
      nothingFound={t("commands.nothing")}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t("commands.placeholder"),
        "aria-label": t("commands.placeholder"),
      }}
    />
  );
}
