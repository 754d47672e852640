import type { ItemWithText } from "@alta-data/client";
import { Button, Group, Text, Title } from "@mantine/core";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { Time } from "#/ui/Time";
import { usePreloaded } from "#/ui/use-preloaded";
import { ClaimTime } from "./ClaimTime";
import { DecisionBar } from "./DecisionBar";
import { DocumentPanes } from "./DocumentPanes";
import type { Loaded } from "./queries";
import type { ReviewSession, Snapshot } from "./review-session";
import { recognizedText, savedText } from "./texts";
import classes from "./review.module.css";
import { useLength } from "./use-length";
import { useReviewSessionShortcuts } from "./use-review-session-shortcuts";
import { VoicePanes } from "./VoicePanes";

const loadRejectItems = () => import("./RejectItems");
const TextDifference = lazy(() => import("#/features/viewer/TextDifference"));

interface Props {
  readonly session: ReviewSession;
  readonly state: Snapshot;
  readonly loaded: Loaded;
  readonly mayReopen: boolean;
}

/** The item under review: its image or sound beside its text, and the decision. Give it the item's id as `key`. */
export function ReviewSessionItem({ session, state, loaded: { item }, mayReopen }: Props) {
  const { draft, isDraftSaved } = state;
  const [isCorrecting, setCorrecting] = useState(false);
  const [isRejecting, setRejecting] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const text = savedText(item);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);

  const stop = () => {
    setCorrecting(false);
    heading.current?.focus({ preventScroll: true });
  };
  const toggle = () => {
    if (isCorrecting) stop();
    else setCorrecting(true);
  };
  const reject = () => setRejecting(true);
  useReviewSessionShortcuts({ session, area, isRejecting, onReject: reject, onCorrect: toggle });

  const correction = isCorrecting
    ? {
        text: draft.corrected ?? text,
        language: item.language,
        isSaved: isDraftSaved,
        onWrite: (written: string) => session.write({ corrected: written === text ? null : written }),
        onApprove: () => session.decide("approved"),
        onStop: stop,
      }
    : null;
  const isAtStart = draft.corrected === null;
  const rejection = usePreloaded(
    loadRejectItems,
    isRejecting
      ? {
          name: item.original_filename,
          count: 1,
          feedback: draft.feedback,
          onWrite: (feedback: string) => session.write({ feedback }),
          onReject: () => session.decide("rejected"),
          onClose: () => setRejecting(false),
        }
      : null,
  );
  return (
    <article aria-labelledby="item-name">
      <header className={classes.head}>
        <div>
          <Title order={2} id="item-name" ref={heading} tabIndex={-1} className={classes.name}>
            {item.original_filename}
          </Title>
          <Facts item={item} />
        </div>
        {state.claimedUntil !== null && (
          <ClaimTime until={state.claimedUntil} isIdle={state.isIdle} onKeep={() => session.keep()} />
        )}
      </header>
      <div ref={area}>
        {item.kind === "document" ? (
          <DocumentPanes item={item} correction={correction} isAtStart={isAtStart} />
        ) : (
          <VoicePanes item={item} correction={correction} onActivity={() => session.recordActivity()} />
        )}
      </div>
      {!isCorrecting && <Changes item={item} text={draft.corrected ?? text} session={session} isDraft={!isAtStart} />}
      <DecisionBar
        session={session}
        state={state}
        mayReopen={mayReopen}
        isCorrecting={isCorrecting}
        onReject={reject}
        onCorrect={toggle}
      />
      {rejection}
    </article>
  );
}

function Facts({ item }: { readonly item: ItemWithText }) {
  const { t } = useTranslation("review");
  const { percent } = useFormat();
  const length = useLength();
  return (
    <Text size="sm" c="dimmed">
      {t(`filters.kinds.${item.kind}`)} · {length(item)}
      {item.confidence ? ` · ${t("confident", { percent: percent(item.confidence) })}` : ""}
      {item.language ? ` · ${item.language}` : ""} · <Time at={item.submitted_at ?? item.created_at} />
    </Text>
  );
}

interface ChangesProps {
  readonly item: ItemWithText;
  readonly text: string;
  readonly session: ReviewSession;
  readonly isDraft: boolean;
}

/** The difference between the recognized text and the correction. */
function Changes({ item, text, session, isDraft }: ChangesProps) {
  const { t } = useTranslation("review");
  const before = recognizedText(item);
  if (before === text) return null;
  return (
    <section aria-labelledby="changes" className={classes.changes}>
      <Group justify="space-between" mb="xs">
        <Title order={3} id="changes">
          {isDraft ? t("correction.title") : t("correction.saved")}
        </Title>
        {isDraft && (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => session.write({ corrected: null })}>
            {t("correction.discard")}
          </Button>
        )}
      </Group>
      <Suspense>
        <TextDifference before={before} after={text} />
      </Suspense>
    </section>
  );
}
