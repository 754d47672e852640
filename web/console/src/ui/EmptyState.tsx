import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./states.module.css";

interface Props {
  readonly icon: Icon;
  readonly title: string;
  /** A sentence that says what to do. */
  readonly description?: string;
  /** The button for the next step. */
  readonly action?: ReactNode;
  /** True where it is the whole page, and thus names the browser's tab. */
  readonly isPage?: boolean;
}

/** Takes the place of a list without entries. */
export function EmptyState({ icon: Symbol, title, description, action, isPage = false }: Props) {
  return (
    <Stack className={classes.state}>
      {isPage && <title>{`${title} · Alta Data`}</title>}
      <ThemeIcon size={52} radius="xl" variant="light">
        <Symbol size={28} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <Title order={isPage ? 1 : 2} tabIndex={-1}>
        {title}
      </Title>
      {description && (
        <Text c="dimmed" className={classes.text}>
          {description}
        </Text>
      )}
      {action}
    </Stack>
  );
}
