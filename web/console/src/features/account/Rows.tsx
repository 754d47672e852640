import { Group, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./account.module.css";

/** A list of passkeys or sessions. */
export function Rows({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  readonly icon: Icon;
  readonly name: string;
  /** An element beside the name, such as a badge. */
  readonly mark?: ReactNode;
  /** The lines below the name. */
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** An entry of {@link Rows}. */
export function Row({ icon: Symbol, name, mark, children, actions }: RowProps) {
  return (
    <li className={classes.row}>
      <Symbol size={22} stroke={1.6} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        <Group gap={8}>
          <Text fw={550} size="sm" className={classes.name}>
            {name}
          </Text>
          {mark}
        </Group>
        <Text size="xs" c="dimmed" component="div">
          {children}
        </Text>
      </div>
      <Group gap={4} className={classes.actions}>
        {actions}
      </Group>
    </li>
  );
}
