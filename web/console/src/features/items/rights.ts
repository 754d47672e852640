import type { Schema } from "@alta-data/client";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "#/api/session";
import { projectQuery } from "#/features/projects/queries";

/** The rights of the user to the items of a project. */
export interface Rights {
  readonly mayUpload: boolean;
  readonly mayReview: boolean;
  readonly isAdmin: boolean;
  /** Returns true if the user may change or delete an item. */
  readonly mayChange: (item: { readonly uploaded_by_id: string }) => boolean;
}

/** Returns the rights of the user in a project. They are empty until the project is loaded. */
export function useRights(project_id: string): Rights {
  const { id, global_role } = useMe();
  const { data } = useQuery({ ...projectQuery(project_id), enabled: project_id !== "" });
  const role: Schema<"ProjectRole"> | null = global_role === "super_admin" ? "admin" : (data?.role ?? null);
  const isAdmin = role === "admin";
  return {
    mayUpload: isAdmin || role === "contributor",
    mayReview: isAdmin || role === "reviewer",
    isAdmin,
    mayChange: ({ uploaded_by_id }) => isAdmin || (role === "contributor" && uploaded_by_id === id),
  };
}
