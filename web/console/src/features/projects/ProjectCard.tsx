import type { Schema } from "@alta-data/client";
import { Badge, Card, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Time } from "#/ui/Time";
import { ProjectAvatar } from "./ProjectAvatar";
import classes from "./projects.module.css";

/** A project in the list. The whole card is its link. */
export function ProjectCard({ project: { id, name, description, role, created_at } }: { project: Schema<"Project"> }) {
  const { t } = useTranslation("projects");
  return (
    <Card withBorder padding="md" className={classes.card}>
      <ProjectAvatar name={name} />
      <div className={classes.words}>
        <Title order={2} className={classes.name}>
          <Link to="/project" search={{ id }} className={classes.link}>
            {name}
          </Link>
        </Title>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {description ?? t("noDescription")}
        </Text>
        <div className={classes.facts}>
          {role && <Badge color={role === "admin" ? "blue" : "gray"}>{t(`roles.${role}`)}</Badge>}
          <Text size="xs" c="dimmed">
            {t("created")} <Time at={created_at} />
          </Text>
        </div>
      </div>
    </Card>
  );
}
