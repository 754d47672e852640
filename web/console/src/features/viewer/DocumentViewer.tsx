import { ActionIcon, Group, Text, TextInput } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import {
  IconChevronLeft,
  IconChevronRight,
  IconRotateClockwise,
  IconZoomIn,
  IconZoomOut,
  type Icon,
} from "@tabler/icons-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { FileImage } from "./FileImage";
import { isLowConfidence } from "./confidence";
import { PdfImage } from "./PdfImage";
import type { Block, ViewedItem } from "./queries";
import { usePage } from "./use-page";
import type { DocumentView } from "./use-document-view";
import classes from "./viewer.module.css";

/** The types of images that browsers show. TIFF is not one of them. */
const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/bmp", "image/webp"];
/** A4, until the page is loaded. */
const PORTRAIT = 210 / 297;

interface Props {
  readonly item: ViewedItem;
  readonly view: DocumentView;
}

/**
 * The image of a document, page by page, with a box for each block of text. Give it the item's id as `key`. The text
 * beside it is a {@link PageText} with the same view.
 */
export function DocumentViewer({ item, view }: Props) {
  const { t } = useTranslation("viewer");
  return (
    <section className={classes.viewer} aria-label={t("document")}>
      <Toolbar view={view} />
      <Sheet item={item} view={view} />
    </section>
  );
}

function Toolbar({ view }: Pick<Props, "view">) {
  const { t } = useTranslation("viewer");
  const { page, pageCount, goTo } = view;
  return (
    <Group className={classes.toolbar} gap={4} role="group" aria-label={t("tools")}>
      {pageCount > 1 && (
        <>
          <Tool icon={IconChevronLeft} label={t("previous")} disabled={page <= 1} onClick={() => goTo(page - 1)} />
          <TextInput
            key={page}
            size="xs"
            w={56}
            inputMode="numeric"
            aria-label={t("pageNumber")}
            defaultValue={page}
            // A number that is no page is replaced by the current one.
            onBlur={({ currentTarget }) => {
              goTo(Number(currentTarget.value));
              currentTarget.value = String(page);
            }}
            onKeyDown={({ key, currentTarget: { value } }) => {
              if (key === "Enter") goTo(Number(value));
            }}
          />
          <Text size="sm" c="dimmed">
            {t("of", { count: pageCount })}
          </Text>
          <Tool icon={IconChevronRight} label={t("next")} disabled={page >= pageCount} onClick={() => goTo(page + 1)} />
        </>
      )}
      <div className={classes.push} />
      <Tool icon={IconZoomOut} label={t("zoomOut")} disabled={view.zoom <= 1} onClick={view.zoomOut} />
      <Tool icon={IconZoomIn} label={t("zoomIn")} disabled={view.zoom >= 4} onClick={view.zoomIn} />
      <Tool icon={IconRotateClockwise} label={t("rotate")} onClick={view.rotate} />
    </Group>
  );
}

interface ToolProps {
  readonly icon: Icon;
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Tool({ icon: Symbol, label, disabled = false, onClick }: ToolProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Symbol size={18} stroke={1.6} aria-hidden />
    </ActionIcon>
  );
}

function Sheet({ item, view }: Props) {
  const { t } = useTranslation("viewer");
  const { page: number, zoom, rotation } = view;
  const { ref, width } = useElementSize();
  const [ratio, setRatio] = useState(PORTRAIT);
  const [failed, setFailed] = useState(false);
  const onError = useCallback(() => setFailed(true), []);
  const { page } = usePage(item, number);
  const isSideways = rotation % 180 !== 0;
  const label = t("pageImage", { number });
  const isPdf = item.content_type === "application/pdf";
  const isBlank = failed || !(isPdf || IMAGES.includes(item.content_type));
  const paperWidth = width * zoom;
  return (
    <div
      ref={ref}
      className={classes.sheet}
      // It is scrolled by keyboard too.
      tabIndex={0}
      role="group"
      aria-label={label}
    >
      {isBlank && (
        <Text size="sm" c="dimmed" mb="xs">
          {failed ? t("imageFailed") : t("imageUnsupported")}
        </Text>
      )}
      <div className={classes.place} style={{ width: `${100 * zoom}%`, aspectRatio: isSideways ? 1 / ratio : ratio }}>
        <div
          className={classes.paper}
          style={{
            width: isSideways ? `${100 * ratio}%` : "100%",
            aspectRatio: ratio,
            transform: `translate(-50%, -50%) rotate(${rotation}deg)`,
          }}
        >
          {!isBlank && isPdf && (
            <PdfImage
              item={item}
              page={number}
              label={label}
              width={isSideways ? paperWidth * ratio : paperWidth}
              onRatio={setRatio}
              onError={onError}
            />
          )}
          {!isBlank && !isPdf && <FileImage item={item} label={label} onRatio={setRatio} onError={onError} />}
          <Boxes blocks={page?.blocks ?? []} view={view} />
        </div>
      </div>
    </div>
  );
}

function Boxes({ blocks, view: { marked, mark } }: { readonly blocks: readonly Block[]; readonly view: DocumentView }) {
  const current = useRef<SVGRectElement>(null);
  useEffect(() => {
    if (marked !== null) current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [marked]);
  return (
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden className={classes.boxes}>
      {blocks.map(({ box: [x, y, width, height], confidence }, index) => (
        <rect
          key={index}
          ref={index === marked ? current : undefined}
          x={x}
          y={y}
          width={width}
          height={height}
          data-marked={index === marked || undefined}
          data-low={isLowConfidence(confidence) || undefined}
          onClick={() => mark(index)}
        />
      ))}
    </svg>
  );
}
