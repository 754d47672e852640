import { acceptedFiles } from "@alta-data/client";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconUpload } from "@tabler/icons-react";
import { type ChangeEvent, lazy, Suspense, useRef } from "react";
import { useTranslation } from "react-i18next";
import { LazyMenu, lazyMenu } from "#/ui/LazyMenu";
import { useShortcuts } from "#/ui/shortcuts";
import classes from "./items.module.css";
import type { UploadDetails } from "./upload-list";

const menu = lazyMenu(() => import("./UploadMenuContent"));
const CameraDialog = lazy(() => import("./CameraDialog"));
const DetailsDialog = lazy(() => import("./DetailsDialog"));
const RecordDialog = lazy(() => import("./RecordDialog"));

interface Props {
  readonly details: UploadDetails;
  readonly onDetails: (details: UploadDetails) => void;
  readonly onFiles: (files: readonly File[]) => void;
}

/** The button that uploads files, and a menu of the other ways. */
export function UploadMenu({ details, onDetails, onFiles }: Props) {
  const { t } = useTranslation("items");
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [camera, cameraControl] = useDisclosure();
  const [recorder, recorderControl] = useDisclosure();
  const [isDescribing, describe] = useDisclosure();
  useShortcuts(t("title"), [{ keys: "U", label: t("upload.files"), run: () => files.current?.click() }]);
  const choose = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(currentTarget.files ?? [])]);
    // The same files can be chosen again.
    currentTarget.value = "";
  };
  return (
    <>
      <Button.Group>
        <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={() => files.current?.click()}>
          {t("upload.open")}
        </Button>
        <LazyMenu
          menu={menu}
          button={
            <Button px={8} aria-label={t("upload.more")} className={classes.moreUploads}>
              <IconChevronDown size={16} aria-hidden />
            </Button>
          }
          own={{
            onFiles: () => files.current?.click(),
            onFolder: () => folder.current?.click(),
            onCamera: cameraControl.open,
            onRecord: recorderControl.open,
            onDetails: describe.open,
          }}
        />
      </Button.Group>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        accept={acceptedFiles()}
        aria-label={t("upload.files")}
        onChange={choose}
      />
      <input ref={folder} type="file" hidden webkitdirectory="" aria-label={t("upload.folder")} onChange={choose} />
      <Suspense>
        {camera && <CameraDialog onClose={cameraControl.close} onPhoto={(photo) => onFiles([photo])} />}
        {recorder && <RecordDialog onClose={recorderControl.close} onRecording={(recording) => onFiles([recording])} />}
        {isDescribing && <DetailsDialog details={details} onClose={describe.close} onSave={onDetails} />}
      </Suspense>
    </>
  );
}
