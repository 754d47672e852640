import { Button } from "@mantine/core";
import { IconSelector } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ProjectAvatar } from "#/features/projects/ProjectAvatar";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";
import classes from "./Shell.module.css";

const menu = lazyMenu(() => import("./ProjectSwitcherContent"));

/** The name of the current project, with a menu of the others. */
export function ProjectSwitcher({ name = "" }: { readonly name: string | undefined }) {
  const { t } = useTranslation();
  return (
    <LazyMenu
      menu={menu}
      own={{}}
      button={
        <Button
          variant="default"
          fullWidth
          justify="space-between"
          classNames={{ root: classes.switcherButton ?? "", label: classes.switcherLabel ?? "" }}
          leftSection={<ProjectAvatar name={name} size={20} />}
          rightSection={<IconSelector size={16} aria-hidden />}
          aria-label={t("navigation.switchProject", { name })}
        >
          {name}
        </Button>
      }
    />
  );
}
