import type { Schema } from "@alta-data/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifySuccess } from "#/ui/notify";
import { deadLetterParams } from "./dead-letter";
import type { DeadLettersSearch } from "./routes";

/** Repeats a call, which handles a limited number, until nothing is left. Returns the number of dead letters. */
async function untilDone(call: () => Promise<Schema<"DeadLettersDone">>): Promise<number> {
  for (let total = 0; ;) {
    const { done, remaining } = await call();
    total += done;
    if (done === 0 || remaining === 0) return total;
  }
}

/** Replays and deletes dead letters. */
export function useDeadLetters() {
  const { t } = useTranslation("administration");
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["dead-letters"] });
  const pathOf = (dead_letter_id: string) => ({ params: { path: { dead_letter_id } } });
  return {
    replay: useMutation({
      mutationFn: (id: string) => alta.post("/admin/dead-letters/{dead_letter_id}/replay", pathOf(id)),
      onSuccess: () => notifySuccess(t("deadLetters.replayed", { count: 1 })),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => alta.delete("/admin/dead-letters/{dead_letter_id}", pathOf(id)),
      onSuccess: () => notifySuccess(t("deadLetters.deleted", { count: 1 })),
      onSettled,
    }),
    replayAll: useMutation({
      mutationFn: (filter: DeadLettersSearch) =>
        untilDone(() => alta.post("/admin/dead-letters/replay", { params: { query: deadLetterParams(filter) } })),
      onSuccess: (count) => notifySuccess(t("deadLetters.replayed", { count })),
      onSettled,
    }),
    deleteAll: useMutation({
      mutationFn: (filter: DeadLettersSearch) =>
        untilDone(() => alta.delete("/admin/dead-letters", { params: { query: deadLetterParams(filter) } })),
      onSuccess: (count) => notifySuccess(t("deadLetters.deleted", { count })),
      onSettled,
    }),
  };
}
