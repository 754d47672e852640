import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifyProblem, notifySuccess, notifyUndo } from "#/ui/notify";
import { ProblemError, type Schema } from "@alta-data/client";
import type { Queue, ReviewItem, Verdict } from "./queries";

/** The time before the decisions are sent, in which they can be undone, in milliseconds. */
const UNDO_TIME = 8000;
/** The maximum number of decisions in a request. */
const BATCH_SIZE = 100;

interface Batch {
  readonly decisions: readonly Schema<"ItemDecision">[];
  timer?: ReturnType<typeof setTimeout>;
}

/** Decides on many items, after a time in which the user can undo it. `hidden` holds their ids meanwhile. */
export function useBulkDecision({ project_id }: Queue) {
  const { t } = useTranslation("review");
  const queryClient = useQueryClient();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const waiting = useRef(new Set<Batch>());
  const show = (ids: readonly string[]) => setHidden((now) => new Set([...now].filter((id) => !ids.includes(id))));

  const { mutate } = useMutation({
    mutationFn: async ({ decisions }: Batch) => {
      const outcomes: Schema<"DecidedItemOutcome">[] = [];
      for (let start = 0; start < decisions.length; start += BATCH_SIZE) {
        const body = { project_id, decisions: decisions.slice(start, start + BATCH_SIZE) };
        outcomes.push(...(await alta.post("/review/bulk", { body, keepalive: true })).items);
      }
      return outcomes;
    },
    onSuccess: (outcomes) => {
      const problems = outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : []));
      const done = outcomes.length - problems.length;
      if (done > 0) notifySuccess(t("bulk.done", { count: done }));
      // One toast for each kind of problem.
      const kinds = new Map(problems.map((problem) => [problem.code, problem]));
      for (const problem of kinds.values()) notifyProblem(new ProblemError(problem));
    },
    onSettled: async (_outcomes, _error, { decisions }) => {
      for (const key of ["review", "items", "item", "analytics"]) {
        await queryClient.invalidateQueries({ queryKey: [key] });
      }
      show(decisions.map(({ item_id }) => item_id));
    },
  });

  const send = useRef(mutate);
  useEffect(() => {
    send.current = mutate;
  }, [mutate]);
  // Leaving the page confirms the decisions.
  useEffect(() => {
    const batches = waiting.current;
    const sendAll = () => {
      for (const batch of batches) {
        clearTimeout(batch.timer);
        send.current(batch);
      }
      batches.clear();
    };
    addEventListener("pagehide", sendAll);
    return () => {
      removeEventListener("pagehide", sendAll);
      sendAll();
    };
  }, []);

  const decide = (items: readonly ReviewItem[], status: Verdict, feedback: string) => {
    const ids = items.map(({ id }) => id);
    const batch: Batch = {
      decisions: ids.map((item_id) => ({
        item_id,
        status,
        ...(status === "rejected" && { feedback: feedback.trim() }),
      })),
    };
    batch.timer = setTimeout(() => {
      if (waiting.current.delete(batch)) mutate(batch);
    }, UNDO_TIME);
    waiting.current.add(batch);
    setHidden((now) => new Set([...now, ...ids]));
    notifyUndo(t(`bulk.${status}`, { count: ids.length }), () => {
      clearTimeout(batch.timer);
      if (waiting.current.delete(batch)) show(ids);
      else notifySuccess(t("bulk.tooLate"));
    });
  };
  return { hidden, decide };
}
