import "#/styles/dialogs";
import { Alert, Button, Group, Modal, Progress, Stack, Text } from "@mantine/core";
import "@mantine/core/styles/Progress.layer.css";
import {
  IconMicrophone,
  IconMicrophoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconTrash,
  IconUpload,
} from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import classes from "./items.module.css";
import { useRecorder } from "./use-recorder";

interface Props {
  readonly onClose: () => void;
  readonly onRecording: (recording: File) => void;
}

/** The dialog that records the microphone. The user hears the recording before it is uploaded. */
export default function RecordDialog({ onClose, onRecording }: Props) {
  const { t } = useTranslation(["items", "common"]);
  const { clock } = useFormat();
  const { recording, start, pause, resume, stop, reset } = useRecorder();
  const { state, seconds, level, file } = recording;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("recorder.title")}
      closeOnClickOutside={state === "idle" || state === "failed"}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      <Stack>
        {state === "failed" && (
          <Alert color="red" icon={<IconMicrophoneOff aria-hidden />} role="alert">
            {t("recorder.failed")}
          </Alert>
        )}
        {state === "idle" && <Text c="dimmed">{t("recorder.description")}</Text>}
        {(state === "recording" || state === "paused") && (
          <>
            <Text size="xl" ta="center" className={classes.recordTime}>
              {clock(seconds)}
            </Text>
            <Progress value={100 * level} size="lg" aria-label={t("recorder.level")} transitionDuration={80} />
          </>
        )}
        {file && <Playback file={file} />}
        <Group justify="flex-end">
          {(state === "idle" || state === "failed") && (
            <Button leftSection={<IconMicrophone size={16} aria-hidden />} onClick={start} data-autofocus>
              {t("recorder.start")}
            </Button>
          )}
          {state === "recording" && (
            <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={pause}>
              {t("recorder.pause")}
            </Button>
          )}
          {state === "paused" && (
            <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={resume}>
              {t("recorder.resume")}
            </Button>
          )}
          {(state === "recording" || state === "paused") && (
            <Button leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={stop}>
              {t("recorder.stop")}
            </Button>
          )}
          {file && (
            <>
              <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={reset}>
                {t("recorder.discard")}
              </Button>
              <Button
                leftSection={<IconUpload size={16} aria-hidden />}
                onClick={() => {
                  onRecording(file);
                  onClose();
                }}
              >
                {t("recorder.upload")}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Playback({ file }: { readonly file: File }) {
  const { t } = useTranslation("items");
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(file);
    if (audio.current) audio.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return <audio ref={audio} controls className={classes.playback} aria-label={t("recorder.listen")} />;
}
