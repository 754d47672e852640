import { Button } from "@mantine/core";
import { IconFileSearch, IconFileUpload } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useProject } from "#/features/projects/queries";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { LoadMore } from "#/ui/LoadMore";
import { PageHeader } from "#/ui/PageHeader";
import { RowsSkeleton } from "#/ui/skeletons";
import { interruptedKey, interruptedQuery } from "./interrupted";
import { ItemFilters } from "./ItemFilters";
import { ItemTable } from "./ItemTable";
import { itemsQuery } from "./queries";
import { useRights } from "./rights";
import { startUploads, type UploadDetails, useUploads } from "./upload-list";
import { UploadDefaults } from "./UploadDefaults";
import { UploadMenu } from "./UploadMenu";
import { useLiveItems } from "./use-live-items";
import { usePastedFiles } from "./use-paste";
import { useSelection } from "./use-selection";

const BulkActions = lazy(() => import("./BulkActions"));
const FileDropZone = lazy(() => import("./FileDropZone"));
const InterruptedUploads = lazy(() => import("./InterruptedUploads"));
const UploadPanel = lazy(() => import("./UploadPanel"));

/** The documents and recordings of a project, and their uploads. */
export default function ItemsPage() {
  const { t } = useTranslation("items");
  const { id: projectId } = useProject();
  const { id: userId } = useMe();
  const { mayUpload } = useRights(projectId);
  const queryClient = useQueryClient();
  const uploads = useUploads(userId, projectId);
  const [details, setDetails] = useState<UploadDetails>({});
  const { data: interrupted = [] } = useQuery({ ...interruptedQuery(projectId), enabled: mayUpload });
  useLiveItems(projectId);

  const upload = (files: readonly File[]) => {
    startUploads(files, { userId, projectId, details });
    // The client knows an interrupted upload as such until it has matched the file.
    setTimeout(() => void queryClient.invalidateQueries({ queryKey: interruptedKey(projectId) }), 500);
  };
  usePastedFiles(mayUpload, upload);
  const active = uploads.filter(({ state }) => state === "done").length;
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: interruptedKey(projectId) });
  }, [active, projectId, queryClient]);

  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={mayUpload && <UploadMenu details={details} onDetails={setDetails} onFiles={upload} />}
      />
      {mayUpload && (
        <>
          <UploadDefaults details={details} onClear={() => setDetails({})} />
          <Suspense>
            {interrupted.length > 0 && (
              <InterruptedUploads projectId={projectId} uploads={interrupted} onFiles={upload} />
            )}
          </Suspense>
          <Suspense>{uploads.length > 0 && <UploadPanel uploads={uploads} />}</Suspense>
          <Suspense>
            <FileDropZone onFiles={upload} />
          </Suspense>
        </>
      )}
      <Items projectId={projectId} mayUpload={mayUpload} />
    </>
  );
}

interface Props {
  readonly projectId: string;
  readonly mayUpload: boolean;
}

function Items({ projectId, mayUpload }: Props) {
  const { t } = useTranslation("items");
  const { q, kind, status, domain, mine } = useSearch({ from: "/app/project/items" });
  const navigate = useNavigate({ from: "/project/items" });
  const filter = { q, kind, status, domain, mine };
  const list = useInfiniteQuery({ ...itemsQuery(projectId, filter), placeholderData: keepPreviousData });
  const selection = useSelection(list.data ?? []);
  const rows = list.data ?? [];
  const isFiltered = Object.values(filter).some(Boolean);
  const isEmpty = list.isSuccess && rows.length === 0 && !list.hasNextPage;
  const clear = (
    <Button variant="default" onClick={() => void navigate({ search: { id: projectId } })}>
      {t("none.clear")}
    </Button>
  );
  return (
    <>
      {(!isEmpty || isFiltered) && <ItemFilters filter={filter} />}
      {list.isPending && <RowsSkeleton />}
      {list.isError && rows.length === 0 && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && isFiltered && (
        <EmptyState
          icon={IconFileSearch}
          title={t("none.title")}
          description={t(q ? "none.search" : "none.filter")}
          action={clear}
        />
      )}
      {isEmpty && !isFiltered && (
        <EmptyState
          icon={IconFileUpload}
          title={t("empty.title")}
          description={t(mayUpload ? "empty.upload" : "empty.wait")}
        />
      )}
      {rows.length > 0 && <ItemTable rows={rows} selection={selection} isBusy={list.isPlaceholderData} />}
      <LoadMore list={list} />
      <Suspense>{selection.rows.length > 0 && <BulkActions projectId={projectId} selection={selection} />}</Suspense>
    </>
  );
}
