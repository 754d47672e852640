import { Text } from "@mantine/core";
import { diffLines, diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import classes from "./viewer.module.css";

/** Texts with more changes are compared by line. */
const MAX_EDITS = 1500;
/** The number of characters of unchanged text that are shown around a change. */
const AROUND = 90;

interface Props {
  readonly before: string;
  readonly after: string;
}

/** Two texts as one: what was deleted, what was inserted, and some of the text around it. It is the default export, to be loaded lazily. */
export default function TextDifference({ before, after }: Props) {
  const { t } = useTranslation("viewer");
  const changes = useMemo(
    () => diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS }) ?? diffLines(before, after),
    [before, after],
  );
  if (before === after) return <Text c="dimmed">{t("noDifference")}</Text>;
  return (
    // Long texts are scrolled by keyboard too.
    <div className={classes.difference} tabIndex={0} role="group" aria-label={t("difference")}>
      {changes.map(({ added, removed, value }, index) => {
        if (added) return <ins key={index}>{value}</ins>;
        if (removed) return <del key={index}>{value}</del>;
        return <span key={index}>{shorten(value, index === 0, index === changes.length - 1)}</span>;
      })}
    </div>
  );
}

function shorten(text: string, isFirst: boolean, isLast: boolean): string {
  const [head, tail] = [isFirst ? 0 : AROUND, isLast ? 0 : AROUND];
  if (text.length <= head + tail + 3) return text;
  return `${text.slice(0, head)} … ${text.slice(text.length - tail)}`;
}
