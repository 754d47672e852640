import { ActionIcon, Alert, Button, Text, useComputedColorScheme } from "@mantine/core";
import {
  IconAlertTriangle,
  IconPlayerPause,
  IconPlayerPlay,
  IconRepeat,
  IconRewindBackward5,
  IconRewindForward5,
} from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";
import { type Player, usePlayerState } from "./player";
import type { Colors, Waveform } from "./waveform";
import classes from "./viewer.module.css";

const speedMenu = lazyMenu(() => import("./SpeedMenuContent"));
const STEP = 5;

const COLORS: Record<"light" | "dark", Colors> = {
  light: { wave: "#9ca1ab", played: "#2456cb", loop: "rgb(245 158 11 / 25%)" },
  dark: { wave: "#80868f", played: "#6c99f4", loop: "rgb(245 158 11 / 30%)" },
};

interface Props {
  /** The player from `usePlayer`. */
  readonly player: Player;
}

/** The waveform and controls of a recording. The words beside it are a {@link SpokenWords} with the same player. */
export function AudioPlayer({ player }: Props) {
  const { t } = useTranslation("viewer");
  const hasFailed = usePlayerState(player, (state) => state.hasFailed);
  return (
    <section className={classes.player} aria-label={t("recording")}>
      {hasFailed && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} mb="xs" role="alert">
          {t("audioFailed")}
        </Alert>
      )}
      <WaveformSlider player={player} />
      <Controls player={player} />
    </section>
  );
}

function useWaveform(player: Player) {
  const scheme = useComputedColorScheme("light");
  const container = useRef<HTMLDivElement>(null);
  const waveform = useRef<Waveform | null>(null);
  const colors = useRef(COLORS[scheme]);
  useEffect(() => {
    colors.current = COLORS[scheme];
    waveform.current?.setColors(COLORS[scheme]);
  }, [scheme]);
  useEffect(() => {
    let isCurrent = true;
    const open = async () => {
      const [{ drawWaveform }, blob] = await Promise.all([import("./waveform"), player.open()]);
      if (!isCurrent || !container.current || player.state.hasFailed) return;
      waveform.current = drawWaveform(container.current, player, blob, colors.current);
    };
    void open();
    return () => {
      isCurrent = false;
      waveform.current?.destroy();
      waveform.current = null;
      player.close();
    };
  }, [player]);
  return container;
}

function WaveformSlider({ player }: Props) {
  const { t } = useTranslation("viewer");
  const { clock } = useFormat();
  const second = usePlayerState(player, ({ time }) => Math.floor(time));
  const duration = usePlayerState(player, (state) => Math.floor(state.duration));
  const container = useWaveform(player);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = {
      ArrowLeft: player.state.time - STEP,
      ArrowRight: player.state.time + STEP,
      ArrowDown: player.state.time - STEP,
      ArrowUp: player.state.time + STEP,
      Home: 0,
      End: player.state.duration,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    player.seek(target);
  };
  return (
    <div
      ref={container}
      className={classes.waveform}
      role="slider"
      tabIndex={0}
      aria-label={t("position")}
      aria-valuemin={0}
      aria-valuemax={duration}
      aria-valuenow={second}
      aria-valuetext={t("positionOf", { time: clock(second), duration: clock(duration) })}
      onKeyDown={onKeyDown}
    />
  );
}

function Controls({ player }: Props) {
  const { t } = useTranslation("viewer");
  const { clock } = useFormat();
  const isPlaying = usePlayerState(player, (state) => state.isPlaying);
  const second = usePlayerState(player, ({ time }) => Math.floor(time));
  const duration = usePlayerState(player, (state) => Math.floor(state.duration));
  const loop = usePlayerState(player, (state) => state.loop);
  const loopLabel = !loop ? t("loop.start") : loop.end === null ? t("loop.end") : t("loop.clear");
  const tool = { variant: "subtle", color: "gray", size: "lg" } as const;
  return (
    <div className={classes.controls}>
      <ActionIcon
        size="lg"
        radius="xl"
        aria-label={isPlaying ? t("pause") : t("play")}
        title={isPlaying ? t("pause") : t("play")}
        onClick={() => player.toggle()}
      >
        {isPlaying ? <IconPlayerPause size={18} aria-hidden /> : <IconPlayerPlay size={18} aria-hidden />}
      </ActionIcon>
      <ActionIcon {...tool} aria-label={t("back")} title={t("back")} onClick={() => player.skip(-STEP)}>
        <IconRewindBackward5 size={18} stroke={1.6} aria-hidden />
      </ActionIcon>
      <ActionIcon {...tool} aria-label={t("forward")} title={t("forward")} onClick={() => player.skip(STEP)}>
        <IconRewindForward5 size={18} stroke={1.6} aria-hidden />
      </ActionIcon>
      <Text size="sm" c="dimmed" className={classes.clock}>
        {clock(second)} / {clock(duration)}
      </Text>
      <div className={classes.push} />
      <ActionIcon
        {...tool}
        variant={loop ? "light" : "subtle"}
        color={loop ? "yellow" : "gray"}
        aria-label={loopLabel}
        title={loopLabel}
        onClick={() => player.stepLoop()}
      >
        <IconRepeat size={18} stroke={1.6} aria-hidden />
      </ActionIcon>
      <Speed player={player} />
    </div>
  );
}

function Speed({ player }: Props) {
  const { t, i18n } = useTranslation("viewer");
  const rate = usePlayerState(player, (state) => state.rate);
  const words = (value: number) => `${value.toLocaleString(i18n.resolvedLanguage)}×`;
  return (
    <LazyMenu
      menu={speedMenu}
      button={
        <Button variant="subtle" color="gray" size="xs" aria-label={t("speedIs", { rate: words(rate) })}>
          {words(rate)}
        </Button>
      }
      own={{ player, words }}
    />
  );
}
