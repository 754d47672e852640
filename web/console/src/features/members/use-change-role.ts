import type { Schema } from "@alta-data/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifyUndo } from "#/ui/notify";
import { membersQuery } from "./queries";

type Member = Schema<"Member">;
type Role = Schema<"ProjectRole">;

/** Returns a function that changes a member's role at once, and offers to undo the change. */
export function useChangeRole(project_id: string): (member: Member, role: Role) => void {
  const { t } = useTranslation("members");
  const queryClient = useQueryClient();
  const { queryKey } = membersQuery(project_id);
  const show = (user_id: string, role: Role) =>
    queryClient.setQueryData(
      queryKey,
      (old) =>
        old && {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            items: page.items.map((member) => (member.user_id === user_id ? { ...member, role } : member)),
          })),
        },
    );
  const change = useMutation({
    mutationFn: ({ member: { user_id }, role }: { member: Member; role: Role }) =>
      alta.patch("/projects/{project_id}/members/{user_id}", {
        params: { path: { project_id, user_id } },
        body: { role },
      }),
    onMutate: async ({ member, role }) => {
      await queryClient.cancelQueries({ queryKey });
      show(member.user_id, role);
    },
    onError: (_error, { member }) => show(member.user_id, member.role),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey });
      void queryClient.invalidateQueries({ queryKey: ["project", project_id] });
    },
  });
  return (member, role) =>
    change.mutate(
      { member, role },
      {
        onSuccess: () => {
          const name = member.display_name ?? member.email;
          notifyUndo(t("roleChanged", { name, role: t(`roles.${role}`) }), () =>
            change.mutate({ member: { ...member, role }, role: member.role }),
          );
        },
      },
    );
}
