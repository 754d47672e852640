import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { View } from "./review-session";
import { useClaimLossMessage } from "./use-claim-loss-message";
import { WrittenText } from "./WrittenText";

interface Props {
  readonly lost: Extract<View, { kind: "lost" }>;
  readonly action: ReactNode;
}

/** Takes the place of an item that another reviewer decided or claimed. */
export function ClaimLost({ lost: { name, lossReason, change, draft }, action }: Props) {
  const { t } = useTranslation("review");
  const why = useClaimLossMessage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="lost">
      <Stack>
        <Title order={2} id="lost" ref={heading} tabIndex={-1}>
          {t("lost.title")}
        </Title>
        <Text>
          {name}: {why(lossReason, change)}
        </Text>
        <WrittenText draft={draft} />
        <Group>{action}</Group>
      </Stack>
    </Card>
  );
}
