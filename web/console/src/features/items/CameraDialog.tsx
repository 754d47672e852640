import "#/styles/dialogs";
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconCamera, IconCameraOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { timestampedName } from "./file-name";
import classes from "./items.module.css";

interface Props {
  readonly onClose: () => void;
  readonly onPhoto: (photo: File) => void;
}

/** The dialog that photographs pages, one after the other. */
export default function CameraDialog({ onClose, onPhoto }: Props) {
  const { t } = useTranslation(["items", "common"]);
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<"starting" | "ready" | "failed">("starting");
  const [taken, setTaken] = useState(0);
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    const start = async () => {
      const size = { width: { ideal: 3840 }, height: { ideal: 2160 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", ...size } });
      if (isOver) stop();
      else if (video.current) {
        video.current.srcObject = stream;
        await video.current.play();
        setState("ready");
      }
    };
    start().catch(() => {
      if (!isOver) setState("failed");
    });
    return () => {
      isOver = true;
      stop();
    };
  }, []);
  const photograph = () => {
    const source = video.current;
    if (!source) return;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [source.videoWidth, source.videoHeight];
    canvas.getContext("2d")?.drawImage(source, 0, 0);
    canvas.toBlob(
      (blob) => {
        if (!blob) return;
        onPhoto(new File([blob], timestampedName("photo", "jpg"), { type: "image/jpeg" }));
        setTaken((count) => count + 1);
      },
      "image/jpeg",
      0.92,
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("camera.title")}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      <Stack>
        {state === "failed" ? (
          <Alert color="red" icon={<IconCameraOff aria-hidden />} role="alert">
            {t("camera.failed")}
          </Alert>
        ) : (
          <video ref={video} muted playsInline className={classes.camera} aria-label={t("camera.preview")} />
        )}
        <Group justify="space-between">
          <Text size="sm" c="dimmed" role="status">
            {taken > 0 && t("camera.taken", { count: taken })}
          </Text>
          <Group>
            <Button variant="default" onClick={onClose}>
              {taken > 0 ? t("camera.done") : t("common:cancel")}
            </Button>
            <Button
              leftSection={<IconCamera size={16} aria-hidden />}
              disabled={state !== "ready"}
              onClick={photograph}
              data-autofocus
            >
              {t("camera.take")}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
