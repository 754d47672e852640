import { passkeysSupported, type Schema } from "@alta-data/client";
import { Alert, Badge, Button, Text } from "@mantine/core";
import { IconAlertTriangle, IconFingerprint, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { notifySuccess } from "#/ui/notify";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import { passkeysQuery } from "./queries";
import { useReauthentication } from "./reauthentication";
import { Row, Rows } from "./Rows";
import { Section } from "./Section";

const AddPasskey = lazy(() => import("./AddPasskey"));
const RenamePasskey = lazy(() => import("./RenamePasskey"));

type Passkey = Schema<"Passkey">;

/** The passkeys of the account: added, confirmed, renamed and removed. */
export function Passkeys() {
  const { t } = useTranslation("account");
  const list = useInfiniteQuery(passkeysQuery);
  const [adding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<Passkey | null>(null);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const add = passkeysSupported() && (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t("passkeys.add")}
    </Button>
  );
  return (
    <Section title={t("passkeys.title")} description={t("passkeys.description")} actions={add}>
      {list.isPending ? (
        <RowsSkeleton rows={2} />
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          {list.data.some(({ suspended_at }) => suspended_at) && (
            <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />}>
              {t("passkeys.suspendedHelp")}
            </Alert>
          )}
          {list.data.length === 0 ? (
            <Text c="dimmed">{t("passkeys.none")}</Text>
          ) : (
            <Rows label={t("passkeys.title")}>
              {list.data.map((passkey) => (
                <Entry key={passkey.id} passkey={passkey} onRename={setRenaming} onRemove={setRemoving} />
              ))}
            </Rows>
          )}
          <LoadMore list={list} />
        </>
      )}
      <RemovePasskey passkey={removing} onClose={() => setRemoving(null)} />
      <Suspense>
        {adding && <AddPasskey onClose={() => setAdding(false)} />}
        {renaming && <RenamePasskey passkey={renaming} onClose={() => setRenaming(null)} />}
      </Suspense>
    </Section>
  );
}

interface EntryProps {
  readonly passkey: Passkey;
  readonly onRename: (passkey: Passkey) => void;
  readonly onRemove: (passkey: Passkey) => void;
}

function Entry({ passkey, onRename, onRemove }: EntryProps) {
  const { t } = useTranslation("account");
  const queryClient = useQueryClient();
  const withReauthentication = useReauthentication();
  const { id: passkey_id, name, created_at, last_used_at, suspended_at } = passkey;
  const confirm = useMutation({
    mutationFn: () =>
      withReauthentication(() =>
        alta.post("/users/me/passkeys/{passkey_id}/confirm", { params: { path: { passkey_id } } }),
      ),
    onSuccess: () => {
      notifySuccess(t("passkeys.confirmed", { name }));
      return queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
  });
  return (
    <Row
      icon={IconFingerprint}
      name={name}
      mark={suspended_at && <Badge color="yellow">{t("passkeys.suspended")}</Badge>}
      actions={
        <>
          {suspended_at && (
            <Button
              size="compact-sm"
              variant="light"
              loading={confirm.isPending}
              aria-label={t("passkeys.confirmNamed", { name })}
              onClick={() => confirm.mutate()}
            >
              {t("passkeys.confirm")}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={t("passkeys.renameNamed", { name })}
            onClick={() => onRename(passkey)}
          >
            {t("passkeys.rename")}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            aria-label={t("passkeys.removeNamed", { name })}
            onClick={() => onRemove(passkey)}
          >
            {t("passkeys.remove")}
          </Button>
        </>
      }
    >
      {t("passkeys.added")} <Time at={created_at} /> ·{" "}
      {last_used_at ? (
        <>
          {t("passkeys.used")} <Time at={last_used_at} />
        </>
      ) : (
        t("passkeys.neverUsed")
      )}
    </Row>
  );
}

function RemovePasskey({ passkey, onClose }: { readonly passkey: Passkey | null; readonly onClose: () => void }) {
  const { t } = useTranslation("account");
  const queryClient = useQueryClient();
  const withReauthentication = useReauthentication();
  const name = passkey?.name ?? "";
  const remove = useMutation({
    mutationFn: (passkey_id: string) =>
      withReauthentication(() => alta.delete("/users/me/passkeys/{passkey_id}", { params: { path: { passkey_id } } })),
    onSuccess: () => {
      notifySuccess(t("passkeys.removed", { name }));
      return queryClient.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
  });
  return (
    <ConfirmDialog
      opened={passkey !== null}
      onClose={onClose}
      title={t("passkeys.removeAsk", { name })}
      confirm={t("passkeys.remove")}
      onConfirm={() => remove.mutateAsync(passkey?.id ?? "")}
    >
      {t("passkeys.removeHelp")}
    </ConfirmDialog>
  );
}
