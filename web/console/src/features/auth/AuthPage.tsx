import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./auth.module.css";

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children?: ReactNode;
}

/** The content of a page before a sign-in. */
export function AuthPage({ title, description, children }: Props) {
  return (
    <Stack gap="lg">
      <title>{`${title} · Alta Data`}</title>
      <div>
        <Title order={1} tabIndex={-1} className={classes.heading}>
          {title}
        </Title>
        {description && (
          <Text c="dimmed" mt={6}>
            {description}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  );
}
