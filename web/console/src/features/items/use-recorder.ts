import { useEffect, useRef, useState } from "react";
import { timestampedName } from "./file-name";

/** The formats that browsers record, the best first. */
const FORMATS = [
  { recorded: "audio/webm;codecs=opus", type: "audio/webm", extension: "webm" },
  { recorded: "audio/ogg;codecs=opus", type: "audio/ogg", extension: "ogg" },
  { recorded: "audio/mp4", type: "audio/mp4", extension: "m4a" },
];

/** The state of a recording. `level` is the loudness from 0 to 1. */
export interface Recording {
  readonly state: "idle" | "recording" | "paused" | "recorded" | "failed";
  readonly seconds: number;
  readonly level: number;
  readonly file: File | null;
}

const IDLE: Recording = { state: "idle", seconds: 0, level: 0, file: null };

/** Measures a microphone until the returned function is called. */
function measure(stream: MediaStream, report: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    report(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** Records the microphone. The recording is one file, also after pauses. */
export function useRecorder() {
  const [recording, setRecording] = useState(IDLE);
  const recorder = useRef<MediaRecorder | null>(null);
  const isOver = useRef(false);
  useEffect(() => {
    isOver.current = false;
    return () => {
      isOver.current = true;
      if (recorder.current && recorder.current.state !== "inactive") recorder.current.stop();
    };
  }, []);

  const begin = async () => {
    const format = FORMATS.find(({ recorded }) => MediaRecorder.isTypeSupported(recorded));
    if (!format) throw new TypeError("This browser cannot record.");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const current = new MediaRecorder(stream, { mimeType: format.recorded });
    const pieces: Blob[] = [];
    let seconds = 0;
    const stopMeasuring = measure(stream, (level) => {
      if (current.state === "recording") seconds += 0.1;
      setRecording((old) => ({ ...old, seconds, level: current.state === "recording" ? level : 0 }));
    });
    current.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    // It may also stop by itself, as when the microphone is unplugged.
    current.addEventListener("stop", () => {
      stopMeasuring();
      stream.getTracks().forEach((track) => track.stop());
      if (isOver.current) return;
      const file = new File(pieces, timestampedName("recording", format.extension), { type: format.type });
      setRecording({ state: "recorded", seconds, level: 0, file });
    });
    recorder.current = current;
    if (isOver.current) stream.getTracks().forEach((track) => track.stop());
    else {
      current.start();
      setRecording({ ...IDLE, state: "recording" });
    }
  };

  return {
    recording,
    start: () => begin().catch(() => setRecording({ ...IDLE, state: "failed" })),
    pause: () => {
      recorder.current?.pause();
      setRecording((old) => ({ ...old, state: "paused" }));
    },
    resume: () => {
      recorder.current?.resume();
      setRecording((old) => ({ ...old, state: "recording" }));
    },
    stop: () => recorder.current?.stop(),
    reset: () => setRecording(IDLE),
  };
}
