import type { ItemWithText } from "@alta-data/client";
import { ActionIcon, Button } from "@mantine/core";
import { IconDots, IconDownload, IconGavel, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { downloadUrl } from "#/features/viewer/queries";
import { ConfirmDialog } from "#/ui/ConfirmDialog";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";
import { ButtonLink } from "#/ui/links";
import { notifySuccess } from "#/ui/notify";
import { useShortcuts } from "#/ui/shortcuts";
import { deleteItem, reprocessItem } from "./item-requests";
import { itemQuery, itemsKey } from "./queries";
import { useRights } from "./rights";

const menu = lazyMenu(() => import("./ItemMenuContent"));

interface Props {
  readonly item: ItemWithText;
}

/** The buttons of an item's page. */
export function ItemActions({ item }: Props) {
  const { t } = useTranslation("items");
  const { id, kind, project_id, status, submitted_at, failure } = item;
  const queryClient = useQueryClient();
  const { isAdmin, mayReview, mayChange } = useRights(project_id);
  const [isDeleting, setDeleting] = useState(false);
  const reload = () => queryClient.invalidateQueries({ queryKey: itemQuery(kind, id).queryKey });
  const download = useMutation({
    // Storage serves the file as an attachment, so the page stays.
    mutationFn: async () => location.assign((await downloadUrl(item)).url),
  });
  const reprocess = useMutation({
    mutationFn: () => reprocessItem(item),
    onSuccess: async () => {
      notifySuccess(t("reprocess.done"));
      await reload();
    },
  });
  const reopen = useMutation({
    mutationFn: () => alta.post("/review/{item_id}/reopen", { params: { path: { item_id: id } } }),
    onSuccess: async () => {
      notifySuccess(t("reopen.done"));
      await reload();
    },
  });
  // A file of another type than its name says cannot be downloaded.
  const canDownload = Boolean(submitted_at) && failure?.code !== "content_type_mismatch";
  const canReprocess = status === "failed" && Boolean(submitted_at) && isAdmin;
  const canReopen = (status === "approved" || status === "rejected") && isAdmin;
  const canDelete = mayChange(item);
  useShortcuts(t("title"), canDownload ? [{ keys: "D", label: t("download"), run: () => download.mutate() }] : []);
  return (
    <>
      {status === "pending_review" && mayReview && (
        <ButtonLink
          to="/project/review"
          search={{ id: project_id, item: id }}
          leftSection={<IconGavel size={16} aria-hidden />}
        >
          {t("review")}
        </ButtonLink>
      )}
      {canReprocess && (
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={reprocess.isPending}
          onClick={() => reprocess.mutate()}
        >
          {t("reprocess.submit")}
        </Button>
      )}
      {canDownload && (
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          loading={download.isPending}
          onClick={() => download.mutate()}
        >
          {t("download")}
        </Button>
      )}
      {(canReopen || canDelete) && (
        <LazyMenu
          menu={menu}
          button={
            <ActionIcon variant="default" size={36} aria-label={t("moreActions")}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          }
          own={{
            onReopen: canReopen ? () => reopen.mutate() : null,
            onDelete: canDelete ? () => setDeleting(true) : null,
          }}
        />
      )}
      <DeleteItem item={item} opened={isDeleting} onClose={() => setDeleting(false)} />
    </>
  );
}

function DeleteItem({ item, opened, onClose }: Props & { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation("items");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { id, kind, project_id, original_filename: name } = item;
  const remove = useMutation({
    mutationFn: () => deleteItem(item),
    onSuccess: async () => {
      notifySuccess(t("delete.done", { name }));
      await navigate({ to: "/project/items", search: { id: project_id } });
      queryClient.removeQueries({ queryKey: itemQuery(kind, id).queryKey });
      await queryClient.invalidateQueries({ queryKey: itemsKey(project_id) });
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t("delete.ask", { name })}
      confirm={t("delete.submit")}
      onConfirm={() => remove.mutateAsync()}
    >
      {t("delete.description")}
    </ConfirmDialog>
  );
}
