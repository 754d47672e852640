import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { focusLowConfidence } from "#/features/viewer";
import { useShortcuts } from "#/ui/shortcuts";
import type { ReviewSession } from "./review-session";

interface Options {
  readonly session: ReviewSession;
  /** The element around the text. */
  readonly area: RefObject<HTMLElement | null>;
  /** True once the dialog is wanted, which may still be loading. */
  readonly isRejecting: boolean;
  readonly onReject: () => void;
  readonly onCorrect: () => void;
}

/** The shortcuts for an item of either kind. */
export function useReviewSessionShortcuts({ session, area, isRejecting, onReject, onCorrect }: Options): void {
  const { t } = useTranslation("review");
  const focus = (step: 1 | -1) => {
    if (area.current) focusLowConfidence(area.current, step);
  };
  // Keys that are typed into the dialog are no decisions.
  const approve = () => {
    if (!isRejecting) session.decide("approved");
  };
  useShortcuts(t("decision"), [
    { keys: "A", label: t("keys.approve"), run: approve },
    { keys: "R", label: t("keys.reject"), run: onReject },
    { keys: "E", label: t("keys.correct"), run: onCorrect },
    { keys: "U", label: t("keys.unsure"), run: () => focus(1) },
    { keys: "shift+U", label: t("keys.unsureBack"), run: () => focus(-1) },
  ]);
}
