import { useEffect, useState, useSyncExternalStore } from "react";
import { FileSource } from "./file-source";
import type { ViewedItem } from "./queries";

/** Larger or longer files are played while they load, without a waveform, since decoding them takes too much memory. */
const MAX_BYTES = 40e6;
const MAX_SECONDS = 5400;

/** The speeds that a user can choose. 1 is normal. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** A part of a recording that is repeated, in seconds. The end is null until it is set. */
export interface Loop {
  readonly start: number;
  readonly end: number | null;
}

/** The state of a player. Times are in seconds. */
export interface PlayerState {
  readonly time: number;
  readonly duration: number;
  readonly isPlaying: boolean;
  readonly rate: number;
  readonly loop: Loop | null;
  readonly hasFailed: boolean;
}

/** Plays a recording. The waveform, the words and shortcuts share one. */
export class Player {
  /** The element that plays. It is not part of the page. */
  readonly media = new Audio();
  readonly #item: ViewedItem;
  readonly #listeners = new Set<() => void>();
  #source: FileSource | null = null;
  #state: PlayerState;
  #frame = 0;
  #hasRenewed = false;

  constructor(item: ViewedItem) {
    this.#item = item;
    const duration = item.duration_seconds ?? 0;
    this.#state = { time: 0, duration, isPlaying: false, rate: 1, loop: null, hasFailed: false };
    this.media.preload = "metadata";
    const { media } = this;
    media.addEventListener("play", () => this.#follow());
    media.addEventListener("playing", () => {
      this.#hasRenewed = false;
    });
    for (const event of ["pause", "ended", "seeked", "timeupdate", "durationchange"]) {
      media.addEventListener(event, () => this.#read());
    }
    media.addEventListener("error", () => void this.#renew());
  }

  get state(): PlayerState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Loads the file. Returns all of it where the waveform can be drawn, and else null. */
  async open(): Promise<Blob | null> {
    const source = new FileSource(this.#item);
    this.#source = source;
    try {
      const isShort = (this.#item.duration_seconds ?? 0) <= MAX_SECONDS;
      if (this.#item.size_bytes <= MAX_BYTES && isShort) return await source.blob();
      this.media.src = await source.url();
    } catch {
      // A later call of `open` has another source.
      if (source === this.#source) this.#change({ hasFailed: true });
    }
    return null;
  }

  close(): void {
    this.#source?.close();
    this.#source = null;
    cancelAnimationFrame(this.#frame);
    this.media.pause();
    this.media.removeAttribute("src");
  }

  play(): void {
    // A browser may refuse to play before the first click, and the button then still offers it.
    this.media.play().catch(() => undefined);
  }

  /** Plays or pauses. */
  toggle(): void {
    if (this.media.paused) this.play();
    else this.media.pause();
  }

  seek(seconds: number): void {
    this.media.currentTime = Math.max(0, Math.min(seconds, this.#state.duration || seconds));
    this.#read();
  }

  /** Goes some seconds forward or back. */
  skip(seconds: number): void {
    this.seek(this.media.currentTime + seconds);
  }

  /** Sets the speed. 1 is normal. */
  setRate(rate: number): void {
    [this.media.playbackRate, this.media.defaultPlaybackRate] = [rate, rate];
    this.#change({ rate });
  }

  setLoop(loop: Loop | null): void {
    this.#change({ loop });
  }

  /** Sets the start of a loop here, at the next call its end, and then ends the loop. */
  stepLoop(): void {
    const { loop, time } = this.#state;
    if (!loop) this.setLoop({ start: time, end: null });
    else if (loop.end === null && time > loop.start + 0.2) {
      this.repeat(loop.start, time);
    } else this.setLoop(null);
  }

  /** Repeats a part of the recording, such as a word, from now on. */
  repeat(start: number, end: number): void {
    this.setLoop({ start, end });
    this.seek(start);
    this.play();
  }

  #follow(): void {
    cancelAnimationFrame(this.#frame);
    this.#read();
    if (!this.media.paused) this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #read(): void {
    const { media } = this;
    const { loop } = this.#state;
    if (loop?.end && !media.paused && media.currentTime >= loop.end) media.currentTime = loop.start;
    const { duration } = media;
    this.#change({
      time: media.currentTime,
      isPlaying: !media.paused && !media.ended,
      // Recordings of browsers do not tell their length.
      ...(Number.isFinite(duration) && duration > 0 && { duration }),
    });
  }

  /** Continues after the signed URL has expired. */
  async #renew(): Promise<void> {
    if (!this.#source || this.media.src.startsWith("blob:") || this.#hasRenewed) {
      if (this.#source) this.#change({ hasFailed: true });
      return;
    }
    this.#hasRenewed = true;
    const { currentTime: time } = this.media;
    const { isPlaying } = this.#state;
    this.media.src = await this.#source.url();
    this.media.currentTime = time;
    if (isPlaying) this.play();
  }

  #change(change: Partial<PlayerState>): void {
    const next = { ...this.#state, ...change };
    const isSame = (Object.keys(change) as (keyof PlayerState)[]).every((key) => next[key] === this.#state[key]);
    if (isSame) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

/** Returns the player of a voice sample. Give the calling component the item's id as `key`. */
export function usePlayer(item: ViewedItem): Player {
  const [player] = useState(() => new Player(item));
  useEffect(() => () => player.close(), [player]);
  return player;
}

/** Returns a part of a player's state, which must be a primitive value or a part that does not change by itself. */
export function usePlayerState<T>(player: Player, select: (state: PlayerState) => T): T {
  return useSyncExternalStore(player.subscribe, () => select(player.state));
}
