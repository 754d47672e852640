import type { ItemWithText } from "@alta-data/client";
import { useEffect, useEffectEvent } from "react";
import { useTranslation } from "react-i18next";
import { AudioPlayer, RATES, SpokenWords, usePlayer } from "#/features/viewer";
import { useShortcuts } from "#/ui/shortcuts";
import { Correction, type CorrectionProps } from "./Correction";
import classes from "./review.module.css";

const STEP = 5;

interface Props {
  readonly item: Extract<ItemWithText, { kind: "voice" }>;
  readonly correction: Omit<CorrectionProps, "position"> | null;
  /** Called while the reviewer listens. */
  readonly onActivity: () => void;
}

/** A recording above its words. */
export function VoicePanes({ item, correction, onActivity }: Props) {
  const { t } = useTranslation("review");
  const player = usePlayer(item);
  const recordActivity = useEffectEvent(onActivity);
  useEffect(() => {
    const { media } = player;
    const listen = () => recordActivity();
    media.addEventListener("timeupdate", listen);
    return () => media.removeEventListener("timeupdate", listen);
  }, [player]);
  const toggle = () => player.toggle();
  const { rate } = player.state;
  const faster = () => player.setRate(RATES.find((one) => one > player.state.rate) ?? rate);
  const slower = () => player.setRate(RATES.findLast((one) => one < player.state.rate) ?? rate);
  useShortcuts(t("recording"), [
    { keys: "space", label: t("keys.play"), run: toggle },
    { keys: "P", label: t("keys.play"), run: toggle },
    { keys: "ArrowLeft", label: t("keys.back"), run: () => player.skip(-STEP) },
    { keys: "ArrowRight", label: t("keys.forward"), run: () => player.skip(STEP) },
    { keys: ",", label: t("keys.slower"), run: slower },
    { keys: ".", label: t("keys.faster"), run: faster },
    { keys: "L", label: t("keys.loop"), run: () => player.stepLoop() },
  ]);
  return (
    <div className={classes.single}>
      <AudioPlayer player={player} />
      <section className={classes.text} aria-label={t("text")}>
        {correction ? (
          <Correction {...correction} position={0} />
        ) : (
          <SpokenWords item={item} player={player} text={item.transcription_text ?? ""} />
        )}
      </section>
    </div>
  );
}
