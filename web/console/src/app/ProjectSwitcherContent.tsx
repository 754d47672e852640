import { Menu, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ProjectAvatar } from "#/features/projects/ProjectAvatar";
import { projectsQuery } from "#/features/projects/queries";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { MenuLink } from "#/ui/menu-links";
import { OpenedMenu } from "#/ui/OpenedMenu";
import { useCurrentProjectId } from "./current-project";
import classes from "./Shell.module.css";

/** The other projects. */
export default function ProjectSwitcherContent({ button }: MenuContentProps) {
  const { t } = useTranslation();
  const currentId = useCurrentProjectId();
  const { data: projects = [] } = useInfiniteQuery(projectsQuery({}));
  return (
    <OpenedMenu button={button} position="bottom-start" width={224}>
      <Menu.Dropdown className={classes.switcherMenu}>
        {projects.map((project) => (
          <MenuLink
            key={project.id}
            to="/project"
            search={{ id: project.id }}
            leftSection={<ProjectAvatar name={project.name} size={20} />}
            rightSection={project.id === currentId && <IconCheck size={16} aria-hidden />}
          >
            <Text size="sm" truncate>
              {project.name}
            </Text>
          </MenuLink>
        ))}
        <Menu.Divider />
        <MenuLink to="/">{t("navigation.allProjects")}</MenuLink>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}
