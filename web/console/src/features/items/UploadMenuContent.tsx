import { Menu } from "@mantine/core";
import { IconCamera, IconFiles, IconFolder, IconMicrophone, IconTag } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { MenuContentProps } from "#/ui/LazyMenu";
import { OpenedMenu } from "#/ui/OpenedMenu";

export interface UploadMenuProps {
  readonly onFiles: () => void;
  readonly onFolder: () => void;
  readonly onCamera: () => void;
  readonly onRecord: () => void;
  readonly onDetails: () => void;
}

/** The ways to upload, and the label and language of new items. */
export default function UploadMenuContent({ button, ...on }: MenuContentProps & UploadMenuProps) {
  const { t } = useTranslation("items");
  return (
    <OpenedMenu button={button} width={220}>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFiles size={16} aria-hidden />} onClick={on.onFiles}>
          {t("upload.files")}
        </Menu.Item>
        <Menu.Item leftSection={<IconFolder size={16} aria-hidden />} onClick={on.onFolder}>
          {t("upload.folder")}
        </Menu.Item>
        <Menu.Item leftSection={<IconCamera size={16} aria-hidden />} onClick={on.onCamera}>
          {t("upload.camera")}
        </Menu.Item>
        <Menu.Item leftSection={<IconMicrophone size={16} aria-hidden />} onClick={on.onRecord}>
          {t("upload.record")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconTag size={16} aria-hidden />} onClick={on.onDetails}>
          {t("details.open")}
        </Menu.Item>
      </Menu.Dropdown>
    </OpenedMenu>
  );
}
