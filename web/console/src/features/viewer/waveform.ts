import WaveSurfer from "wavesurfer.js";
import Regions from "wavesurfer.js/plugins/regions";
import type { Loop, Player } from "./player";

/** The colors of a waveform. */
export interface Colors {
  readonly wave: string;
  readonly played: string;
  readonly loop: string;
}

/** A waveform in an element of the page. */
export interface Waveform {
  setColors(colors: Colors): void;
  destroy(): void;
}

/** The content security policy forbids the `<style>` element of wavesurfer, so its rules become a style sheet. */
function withoutStyleElement(host: HTMLElement): void {
  const shadow = host.firstElementChild?.shadowRoot;
  const style = shadow?.querySelector("style");
  if (!shadow || !style) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style.textContent);
  shadow.adoptedStyleSheets = [sheet];
  style.remove();
}

/** Draws the waveform of a player. Without the whole file, it draws a line, which can be clicked all the same. */
export function drawWaveform(container: HTMLElement, player: Player, blob: Blob | null, colors: Colors): Waveform {
  // Elements outside of the document may have a style, so it is removed before they are added.
  const host = document.createElement("div");
  const regions = Regions.create();
  const surfer = WaveSurfer.create({
    container: host,
    media: player.media,
    height: 72,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    normalize: true,
    dragToSeek: false,
    waveColor: colors.wave,
    progressColor: colors.played,
    cursorColor: colors.played,
    plugins: [regions],
  });
  withoutStyleElement(host);
  container.append(host);
  regions.enableDragSelection({ color: colors.loop });

  let shown: Loop | null = null;
  const showLoop = () => {
    const { loop } = player.state;
    if (loop === shown) return;
    shown = loop;
    regions.clearRegions();
    if (loop?.end)
      regions.addRegion({ start: loop.start, end: loop.end, color: colors.loop, drag: false, resize: false });
  };
  regions.on("region-created", ({ start, end }) => {
    if (shown?.start === start && shown.end === end) return;
    player.setLoop({ start, end });
    player.seek(start);
  });
  const unsubscribe = player.subscribe(showLoop);
  const { duration } = player.state;
  const loaded = blob ? surfer.loadBlob(blob) : surfer.load(player.media.src, [[0, 0]], duration);
  // The player reports what cannot be played. What can be played and not be drawn has no waveform.
  loaded.then(showLoop, () => undefined);
  return {
    setColors: ({ wave, played }) => {
      surfer.setOptions({ waveColor: wave, progressColor: played, cursorColor: played });
    },
    destroy: () => {
      unsubscribe();
      surfer.destroy();
      host.remove();
    },
  };
}
