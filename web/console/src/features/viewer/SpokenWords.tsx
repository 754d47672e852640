import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { memo, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "#/ui/ErrorState";
import { useFormat } from "#/ui/format";
import { LoadMore } from "#/ui/LoadMore";
import { useShortcuts } from "#/ui/shortcuts";
import { RowsSkeleton } from "#/ui/skeletons";
import { isLowConfidence } from "./confidence";
import { type Player, type PlayerState, usePlayerState } from "./player";
import { type ViewedItem, type Word, wordsQuery } from "./queries";
import { roving } from "./roving";
import classes from "./viewer.module.css";

/** The number of words that are rendered as one part. */
const CHUNK = 200;
/** The time before they are spoken at which words are loaded, in seconds. */
const AHEAD = 30;

interface Props {
  readonly item: ViewedItem;
  readonly player: Player;
  /** The text, for engines that report no words. */
  readonly text: string;
}

/** The words of a recording. The spoken one is highlighted, and a click on a word plays from there. */
export function SpokenWords({ item, player, text }: Props) {
  const { t } = useTranslation("viewer");
  const list = useInfiniteQuery(wordsQuery(item));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = list;
  const end = data?.at(-1)?.end ?? 0;
  const isNearEnd = usePlayerState(player, ({ time }) => time + AHEAD > end);
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetching, isError, fetchNextPage]);
  const chunks = useMemo(() => chunksOf(data ?? []), [data]);
  const area = useRef<HTMLDivElement>(null);
  useShortcuts(t("recording"), [
    { keys: "shift+L", label: t("loop.word"), run: () => loopWord(player, data ?? [], area.current) },
  ]);
  if (list.isPending) return <RowsSkeleton rows={4} />;
  if (list.isError && chunks.length === 0) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (chunks.length === 0)
    return text ? <p className={classes.text}>{text}</p> : <Text c="dimmed">{t("silence")}</Text>;
  return (
    <>
      <div ref={area} className={classes.words} role="group" aria-label={t("words")} {...roving}>
        {chunks.map((words, index) => (
          <Chunk key={index} words={words} player={player} isFirst={index === 0} />
        ))}
      </div>
      <LoadMore list={list} />
    </>
  );
}

function chunksOf(words: readonly Word[]): Word[][] {
  return Array.from({ length: Math.ceil(words.length / CHUNK) }, (_, index) =>
    words.slice(index * CHUNK, (index + 1) * CHUNK),
  );
}

/** Returns the index of the word that is spoken, or -1. */
function spokenAt(words: readonly Word[], { time }: PlayerState): number {
  const first = words[0]?.start;
  const last = words.at(-1)?.end;
  if (time === 0 || (first != null && time < first) || (last != null && time > last)) return -1;
  return words.findIndex(({ start, end }) => start != null && start <= time && time < (end ?? start));
}

/** Repeats the word that has the focus, or else the one that is spoken. */
function loopWord(player: Player, words: readonly Word[], area: HTMLElement | null): void {
  const buttons = [...(area?.querySelectorAll("button") ?? [])];
  const focused = words[buttons.findIndex((button) => button === document.activeElement)];
  const word = focused ?? words[spokenAt(words, player.state)];
  if (word?.start != null && word.end != null && word.end > word.start) player.repeat(word.start, word.end);
}

interface ChunkProps {
  readonly words: readonly Word[];
  readonly player: Player;
  readonly isFirst: boolean;
}

const Chunk = memo(function Chunk({ words, player, isFirst }: ChunkProps) {
  const { t } = useTranslation("viewer");
  const { clock, percent } = useFormat();
  const spoken = usePlayerState(player, (state) => spokenAt(words, state));
  return (
    <span className={classes.chunk}>
      {words.map(({ word, start, confidence }, index) => {
        const isLow = isLowConfidence(confidence);
        const confidenceLabel = confidence ? t("confidence", { confidence: percent(confidence) }) : null;
        const title = [start == null ? null : clock(start), confidenceLabel].filter(Boolean).join(", ");
        return (
          <span key={index}>
            <button
              type="button"
              className={classes.word}
              title={title}
              data-roving=""
              {...(isLow && { "data-low-confidence": "" })}
              tabIndex={isFirst && index === 0 ? 0 : -1}
              aria-current={spoken === index || undefined}
              aria-disabled={start == null || undefined}
              onClick={() => {
                if (start == null) return;
                player.seek(start);
                player.play();
              }}
            >
              {word}
            </button>{" "}
          </span>
        );
      })}
    </span>
  );
});
