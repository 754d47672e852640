import { Alert, Badge, Button, Group } from "@mantine/core";
import { IconClockHour4 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";

interface Props {
  readonly until: number;
  readonly isIdle: boolean;
  readonly onKeep: () => void;
}

/** The time until the reservation of the item ends. It is renewed as long as the reviewer works. */
export function ClaimTime({ until, isIdle, onKeep }: Props) {
  const { t } = useTranslation("review");
  const { clock } = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = clock(Math.max(0, (until - now) / 1000));
  if (!isIdle) {
    return (
      <Badge color="gray" leftSection={<IconClockHour4 size={12} aria-hidden />}>
        {t("claim.left", { left })}
      </Badge>
    );
  }
  return (
    <Alert color="yellow" role="alert" py={6} px="sm">
      <Group gap="sm">
        {t("claim.ends")}
        <Button size="compact-sm" onClick={onKeep}>
          {t("claim.keep")}
        </Button>
      </Group>
    </Alert>
  );
}
