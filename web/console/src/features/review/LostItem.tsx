import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { View } from "./desk";
import { useLoss } from "./use-loss";
import { WrittenText } from "./WrittenText";

interface Props {
  readonly lost: Extract<View, { kind: "lost" }>;
  readonly action: ReactNode;
}

/** Takes the place of an item that another reviewer decided or claimed. */
export function LostItem({ lost: { name, loss, change, draft }, action }: Props) {
  const { t } = useTranslation("review");
  const why = useLoss();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="lost">
      <Stack>
        <Title order={2} id="lost" ref={heading} tabIndex={-1}>
          {t("lost.title")}
        </Title>
        <Text>
          {name}: {why(loss, change)}
        </Text>
        <WrittenText draft={draft} />
        <Group>{action}</Group>
      </Stack>
    </Card>
  );
}
