import "@mantine/dropzone/styles.layer.css";
import "@mantine/core/styles/LoadingOverlay.layer.css";
import { Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./items.module.css";

interface Props {
  readonly onFiles: (files: readonly File[]) => void;
}

/** Covers the window while files are dragged over it, and takes files and folders that are dropped. */
export default function FileDropZone({ onFiles }: Props) {
  const { t } = useTranslation("items");
  return (
    // Each refused file has its own message in the list of uploads.
    <Dropzone.FullScreen
      active
      multiple
      withinPortal={false}
      // It only covers the page while files are dragged, so it is no stop of the Tab key.
      activateOnClick={false}
      activateOnKeyboard={false}
      aria-hidden
      onDrop={(files) => onFiles(files)}
    >
      <div className={classes.drop}>
        <IconUpload size={40} stroke={1.4} aria-hidden />
        <Text size="lg" fw={600}>
          {t("upload.drop")}
        </Text>
      </div>
    </Dropzone.FullScreen>
  );
}
