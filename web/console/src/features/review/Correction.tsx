import { Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./review.module.css";

export interface CorrectionProps {
  readonly text: string;
  readonly language: string | null | undefined;
  /** The position in the text at which the cursor is at first. */
  readonly position: number;
  readonly isSaved: boolean;
  readonly onWrite: (text: string) => void;
  readonly onApprove: () => void;
  readonly onStop: () => void;
}

/** The text in a field, in the place where it stood. */
export function Correction({ text, language, position, isSaved, onWrite, onApprove, onStop }: CorrectionProps) {
  const { t } = useTranslation("review");
  const field = useRef<HTMLTextAreaElement>(null);
  const start = useRef(position);
  useEffect(() => {
    field.current?.setSelectionRange(start.current, start.current);
    // The browser scrolls to the cursor when the field gets the focus.
    field.current?.focus();
  }, []);
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onApprove();
    else if (event.key === "Escape") onStop();
    else return;
    event.preventDefault();
  };
  return (
    <div>
      <Textarea
        ref={field}
        label={t("correction.label")}
        description={t("correction.description")}
        value={text}
        maxLength={1_000_000}
        spellCheck
        {...(language && { lang: language })}
        classNames={{ input: classes.correction ?? "" }}
        onKeyDown={press}
        onChange={({ currentTarget: { value } }) => onWrite(value)}
      />
      {!isSaved && (
        <Text size="sm" c="red.9" role="alert" mt={4}>
          {t("correction.noRoom")}
        </Text>
      )}
    </div>
  );
}
