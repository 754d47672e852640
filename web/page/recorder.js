// Records a voice sample with the reader's microphone, to be heard before it is sent.
import { Told, onClick } from "./form.js";
import { clock } from "./wording.js";

const [start, stop, send, drop] = ["start", "stop", "send", "drop"].map((word) => document.querySelector(`#${word}-recording`));
const recording = document.querySelector("#recording");
const time = document.querySelector("#recorded-time");
const level = document.querySelector("#level");
const recorded = document.querySelector("#recorded");
const playback = document.querySelector("#playback");

// What browsers record, the best first, and what the file is then.
const FORMATS = [
  { recorded: "audio/webm;codecs=opus", type: "audio/webm", ending: "webm" },
  { recorded: "audio/ogg;codecs=opus", type: "audio/ogg", ending: "ogg" },
  { recorded: "audio/mp4", type: "audio/mp4", ending: "m4a" },
];

async function microphone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    if (error.name === "NotAllowedError") throw new Told("The microphone may not be used: allow it for this page in the browser.");
    throw new Told(`No microphone can be used: ${error.message}`);
  }
}

// Shows how long and how loud it is, until what it answers with is called.
function watch(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const begun = performance.now();
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    level.value = Math.max(...samples.map(Math.abs));
    time.textContent = clock((performance.now() - begun) / 1000);
  }, 100);
  return () => {
    clearInterval(timer);
    context.close();
  };
}

function show({ running = false, file = null } = {}) {
  start.hidden = running || file !== null;
  stop.hidden = !running;
  recording.hidden = !running;
  recorded.hidden = file === null;
  if (playback.src) URL.revokeObjectURL(playback.src);
  if (file) playback.src = URL.createObjectURL(file);
  else playback.removeAttribute("src");
}

function fileOf(pieces, { type, ending }) {
  const name = `recording-${new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, "-")}.${ending}`;
  return new File(pieces, name, { type });
}

// `add` gets the file that is sent.
export function offerRecording(add) {
  const format = FORMATS.find(({ recorded }) => globalThis.MediaRecorder?.isTypeSupported(recorded));
  let file = null;
  let finish = null;

  onClick(start, async () => {
    if (!format || !navigator.mediaDevices) throw new Told("This browser cannot record.");
    const stream = await microphone();
    const recorder = new MediaRecorder(stream, { mimeType: format.recorded });
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    const unwatch = watch(stream);
    // It may also end without the button, as when the microphone is unplugged.
    const ended = stopped.then(() => {
      unwatch();
      for (const track of stream.getTracks()) track.stop();
      file = fileOf(pieces, format);
      show({ file });
    });
    finish = async () => {
      if (recorder.state !== "inactive") recorder.stop();
      await ended;
    };
    recorder.start();
    show({ running: true });
    return "It records.";
  });

  onClick(stop, async () => {
    await finish();
    return "Hear it, and send it or drop it.";
  });
  onClick(send, () => {
    add(file);
    show();
    return "The recording is among the uploads.";
  });
  onClick(drop, () => {
    show();
    return "The recording is dropped.";
  });
}
