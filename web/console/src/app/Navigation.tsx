import { Text } from "@mantine/core";
import { IconLayoutGrid } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { projectQuery } from "#/features/projects/queries";
import { useCurrentProjectId } from "./current-project";
import { ADMINISTRATION_PAGES, isVisible, type NavigationEntry, PROJECT_PAGES } from "./navigation";
import { ProjectSwitcher } from "./ProjectSwitcher";
import classes from "./Shell.module.css";
import { NavigationLink } from "#/ui/navigation-link";

/** The links to all pages. */
export function Navigation() {
  const { t } = useTranslation();
  const { global_role } = useMe();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const projectId = useCurrentProjectId();
  const { data: project } = useQuery({ ...projectQuery(projectId ?? ""), enabled: projectId !== null });

  const link = ({ to, label, icon: Symbol }: NavigationEntry, search: { id?: string }) => (
    <NavigationLink
      key={to}
      to={to}
      search={search}
      active={path === to}
      aria-current={path === to ? "page" : undefined}
      label={t(`navigation.${label}`)}
      leftSection={<Symbol size={18} stroke={1.6} aria-hidden />}
      className={classes.link}
    />
  );

  return (
    <nav aria-label={t("navigation.label")} className={classes.navigation}>
      <div className={classes.links}>
        {link({ to: "/", label: "projects", icon: IconLayoutGrid }, {})}
        {projectId && (
          <>
            <div className={classes.switcher}>
              <ProjectSwitcher name={project?.name} />
            </div>
            {PROJECT_PAGES.filter((entry) => isVisible(entry, project?.role, global_role)).map((entry) =>
              link(entry, { id: projectId }),
            )}
          </>
        )}
        {global_role === "super_admin" && ADMINISTRATION_PAGES.length > 0 && (
          <>
            <Text className={classes.heading}>{t("navigation.administration")}</Text>
            {ADMINISTRATION_PAGES.map((entry) => link(entry, {}))}
          </>
        )}
      </div>
    </nav>
  );
}
