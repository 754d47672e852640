import { isProblem, type Schema } from "@alta-data/client";
import { Badge, Button, Group } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import { deviceOf } from "./device";
import { sessionsQuery } from "./queries";
import { Row, Rows } from "./Rows";
import { Section } from "./Section";

const PHONES: readonly (string | undefined)[] = ["iPhone", "iPad", "Android"];

/** The sessions of the account, one for each sign-in. */
export function Sessions() {
  const { t } = useTranslation("account");
  const queryClient = useQueryClient();
  const list = useInfiniteQuery(sessionsQuery);
  const endOthers = useMutation({
    mutationFn: () => alta.delete("/users/me/sessions"),
    onSuccess: () => {
      notifySuccess(t("sessions.othersEnded"));
      return queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const signOutEverywhere = useMutation({ mutationFn: () => alta.session.signOutEverywhere() });
  return (
    <Section title={t("sessions.title")} description={t("sessions.description")}>
      {list.isPending ? (
        <RowsSkeleton rows={2} />
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Rows label={t("sessions.title")}>
            {list.data.map((session) => (
              <Entry key={session.id} session={session} />
            ))}
          </Rows>
          <LoadMore list={list} />
        </>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
          {t("sessions.endOthers")}
        </Button>
        <Button variant="default" loading={signOutEverywhere.isPending} onClick={() => signOutEverywhere.mutate()}>
          {t("sessions.signOutEverywhere")}
        </Button>
      </Group>
    </Section>
  );
}

function Entry({ session }: { readonly session: Schema<"Session"> }) {
  const { t } = useTranslation("account");
  const queryClient = useQueryClient();
  const { id: session_id, created_at, last_used_at, ip_address, user_agent, current } = session;
  const { program, system } = deviceOf(user_agent);
  const name = program && system ? t("sessions.on", { program, system }) : (program ?? system ?? t("sessions.unknown"));
  const end = useMutation({
    mutationFn: async () => {
      try {
        await alta.delete("/users/me/sessions/{session_id}", { params: { path: { session_id } } });
      } catch (error) {
        // It has ended meanwhile.
        if (!isProblem(error, "not_found")) throw error;
      }
    },
    onSuccess: () => {
      notifySuccess(t("sessions.ended", { name }));
      return queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  return (
    <Row
      icon={PHONES.includes(system) ? IconDeviceMobile : IconDeviceDesktop}
      name={name}
      mark={current && <Badge color="green">{t("sessions.current")}</Badge>}
      actions={
        !current && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            loading={end.isPending}
            aria-label={t("sessions.endNamed", { name })}
            onClick={() => end.mutate()}
          >
            {t("sessions.end")}
          </Button>
        )
      }
    >
      {t("sessions.used")} <Time at={last_used_at} /> · {t("sessions.opened")} <Time at={created_at} />
      {ip_address && ` · ${ip_address}`}
    </Row>
  );
}
