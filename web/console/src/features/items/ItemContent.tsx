import { type ItemWithText, textOf } from "@alta-data/client";
import "@mantine/core/styles/Tabs.layer.css";
import { CopyButton, Button, Group, Tabs } from "@mantine/core";
import { IconCheck, IconCopy, IconFileText, IconHistory, IconPencil } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { AudioPlayer, DocumentViewer, PageText, SpokenWords, useDocumentView, usePlayer } from "#/features/viewer";
import { EmptyState } from "#/ui/EmptyState";
import { History } from "./History";
import classes from "./items.module.css";
import { useRights } from "./rights";

interface Props {
  readonly item: ItemWithText;
}

/** The file of an item beside its text. */
export function ItemContent({ item }: Props) {
  const { t } = useTranslation("items");
  if (item.failure?.code === "content_type_mismatch" || !item.submitted_at) return null;
  if (!item.processed_at || item.status === "processing") {
    return item.status === "processing" ? (
      <EmptyState icon={IconFileText} title={t("processing.title")} description={t("processing.description")} />
    ) : null;
  }
  return item.kind === "document" ? <DocumentContent item={item} /> : <VoiceContent item={item} />;
}

function DocumentContent({ item }: { readonly item: Extract<ItemWithText, { kind: "document" }> }) {
  const { page } = useSearch({ from: "/app/item" });
  const navigate = useNavigate({ from: "/item" });
  const onPageChange = useCallback(
    (next: number) =>
      void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : String(next) }), replace: true }),
    [navigate],
  );
  const view = useDocumentView({ pageCount: item.page_count, page: page ? Number(page) || 1 : 1, onPageChange });
  return (
    <div className={classes.sides}>
      <DocumentViewer item={item} view={view} />
      <Texts item={item} recognized={<PageText item={item} view={view} />} />
    </div>
  );
}

function VoiceContent({ item }: { readonly item: Extract<ItemWithText, { kind: "voice" }> }) {
  const player = usePlayer(item);
  return (
    <div className={classes.sides}>
      <AudioPlayer player={player} />
      <Texts
        item={item}
        recognized={<SpokenWords item={item} player={player} text={item.transcription_text ?? ""} />}
      />
    </div>
  );
}

function Texts({ item, recognized }: Props & { readonly recognized: ReactNode }) {
  const { t } = useTranslation("items");
  const { mayReview } = useRights(item.project_id);
  const { corrected_text } = item;
  return (
    <Tabs defaultValue={corrected_text == null ? "recognized" : "corrected"} keepMounted={false}>
      <Tabs.List mb="sm">
        {corrected_text != null && (
          <Tabs.Tab value="corrected" leftSection={<IconPencil size={14} aria-hidden />}>
            {t("texts.corrected")}
          </Tabs.Tab>
        )}
        <Tabs.Tab value="recognized" leftSection={<IconFileText size={14} aria-hidden />}>
          {t("texts.recognized")}
        </Tabs.Tab>
        {mayReview && (
          <Tabs.Tab value="history" leftSection={<IconHistory size={14} aria-hidden />}>
            {t("texts.history")}
          </Tabs.Tab>
        )}
      </Tabs.List>
      {corrected_text != null && (
        <Tabs.Panel value="corrected">
          <p className={classes.text}>{corrected_text}</p>
        </Tabs.Panel>
      )}
      <Tabs.Panel value="recognized">{recognized}</Tabs.Panel>
      {mayReview && (
        <Tabs.Panel value="history">
          <History item={item} />
        </Tabs.Panel>
      )}
      <Group mt="md">
        <CopyButton value={textOf(item) ?? ""}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              onClick={copy}
            >
              {copied ? t("texts.copied") : t("texts.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Tabs>
  );
}
