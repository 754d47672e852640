import { Breadcrumbs as Trail, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery } from "#/features/projects/queries";
import { useCurrentProjectId } from "./current-project";
import { ADMINISTRATION_PAGES, PROJECT_PAGES } from "./navigation";
import classes from "./Shell.module.css";
import { AnchorLink } from "#/ui/links";

interface Last {
  readonly title: string | null;
  readonly set: (title: string | null) => void;
}

const Context = createContext<Last>({ title: null, set: () => undefined });

/** Holds the last crumb of pages that are not in the navigation. */
export function BreadcrumbProvider({ children }: { readonly children: ReactNode }) {
  const [title, set] = useState<string | null>(null);
  const value = useMemo(() => ({ title, set }), [title]);
  return <Context value={value}>{children}</Context>;
}

/** Names the last crumb while the calling page is mounted: for pages that are not in the navigation. */
export function useBreadcrumb(title: string): void {
  const { set } = useContext(Context);
  useEffect(() => {
    set(title);
    return () => set(null);
  }, [set, title]);
}

/** The way from the list of projects to the current page. */
export function Breadcrumbs() {
  const { t } = useTranslation();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const id = useCurrentProjectId();
  const { data: project } = useQuery({ ...projectQuery(id ?? ""), enabled: id !== null });
  const { title } = useContext(Context);
  const page = [...PROJECT_PAGES, ...ADMINISTRATION_PAGES].find(({ to }) => to === path);
  const last = title ?? (page && t(`navigation.${page.label}`));
  if (path === "/") return null;
  return (
    <nav aria-label={t("breadcrumbs")} className={classes.breadcrumbs}>
      <Trail separator={<IconChevronRight size={14} aria-hidden />} separatorMargin={4}>
        <AnchorLink to="/" size="sm" c="dimmed">
          {t("navigation.projects")}
        </AnchorLink>
        {id && project && (
          <AnchorLink to="/project" search={{ id }} size="sm" c="dimmed" className={classes.crumb}>
            {project.name}
          </AnchorLink>
        )}
        {last && (
          <Text size="sm" aria-current="page" className={classes.crumb}>
            {last}
          </Text>
        )}
      </Trail>
    </nav>
  );
}
