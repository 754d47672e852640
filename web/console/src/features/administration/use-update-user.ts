import type { Schema } from "@alta-data/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { alta } from "#/api/alta";
import { notifySuccess, notifyUndo } from "#/ui/notify";
import { userQuery } from "./queries";

type Change = Schema<"UpdateUser">;

/** Returns functions that change a user. A change of the role can be undone. */
export function useUpdateUser({ id: user_id, display_name, email, global_role }: Schema<"UserDetail">) {
  const { t } = useTranslation("administration");
  const queryClient = useQueryClient();
  const name = display_name ?? email;
  const { mutate, mutateAsync } = useMutation({
    mutationFn: (body: Change) => alta.patch("/admin/users/{user_id}", { params: { path: { user_id } }, body }),
    onSuccess: async (user) => {
      queryClient.setQueryData(userQuery(user_id).queryKey, (old) => old && { ...old, ...user });
      await queryClient.invalidateQueries({ queryKey: ["users"] });
      await queryClient.invalidateQueries({ queryKey: ["me"] });
    },
  });
  return {
    changeRole: (role: Schema<"GlobalRole">) =>
      mutate(
        { global_role: role },
        {
          onSuccess: () =>
            notifyUndo(t("users.roleChanged", { name, role: t(`users.roles.${role}`) }), () => mutate({ global_role })),
        },
      ),
    suspend: async () => {
      await mutateAsync({ suspended: true });
      notifySuccess(t("users.suspended", { name }));
    },
    restore: () => mutate({ suspended: false }, { onSuccess: () => notifySuccess(t("users.restored", { name })) }),
  };
}
