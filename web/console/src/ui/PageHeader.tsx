import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./PageHeader.module.css";

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  /** The buttons of the page. */
  readonly actions?: ReactNode;
}

/** The heading of a page, which also names the browser's tab. */
export function PageHeader({ title, description, actions }: Props) {
  return (
    <header className={classes.header}>
      <title>{`${title} · Alta Data`}</title>
      <div className={classes.words}>
        <Title order={1} tabIndex={-1} className={classes.title}>
          {title}
        </Title>
        {description && (
          <Text c="dimmed" mt={2}>
            {description}
          </Text>
        )}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}
