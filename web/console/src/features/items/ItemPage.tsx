import type { ItemWithText } from "@alta-data/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useBreadcrumb } from "#/app/Breadcrumbs";
import { useProjectInNavigation } from "#/app/current-project";
import { ErrorState } from "#/ui/ErrorState";
import { notifySuccess } from "#/ui/notify";
import { PageHeader } from "#/ui/PageHeader";
import { PageSkeleton } from "#/ui/skeletons";
import { ItemActions } from "./ItemActions";
import { ItemContent } from "./ItemContent";
import { ItemMetadata } from "./ItemMetadata";
import { ItemNotices } from "./ItemNotices";
import { itemQuery } from "./queries";
import { StatusBadge } from "./StatusBadge";
import { useTransitions } from "./transitions";

/** The interval at which the progress of an item that is processed is requested, in milliseconds. */
const PROGRESS = 4000;

/** A document or recording with its text, its history and its actions. */
export default function ItemPage() {
  const { kind, id } = useSearch({ from: "/app/item" });
  const query = useQuery({
    ...itemQuery(kind, id),
    refetchInterval: ({ state }) => (state.data?.status === "processing" ? PROGRESS : false),
  });
  if (query.isPending) return <PageSkeleton />;
  if (query.isError && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Item key={id} item={query.data} />;
}

function Item({ item }: { readonly item: ItemWithText }) {
  const { t } = useTranslation("items");
  const { id, kind, project_id, original_filename: name } = item;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  useProjectInNavigation(project_id);
  useBreadcrumb(name);
  const { queryKey } = itemQuery(kind, id);
  useTransitions(project_id, {
    onTransition: ({ item_id, to, version }) => {
      if (item_id !== id || version <= item.version) return;
      if (to === "deleted") {
        notifySuccess(t("delete.done", { name }));
        void navigate({ to: "/project/items", search: { id: project_id } });
      } else void queryClient.invalidateQueries({ queryKey });
    },
    onGap: () => void queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <>
      <PageHeader title={name} description={<StatusBadge item={item} />} actions={<ItemActions item={item} />} />
      <ItemMetadata item={item} />
      <ItemNotices item={item} />
      {/* Another file or another attempt has other pages and words. */}
      <ItemContent key={item.processed_at ?? ""} item={item} />
    </>
  );
}
