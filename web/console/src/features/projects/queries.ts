import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";

/** The projects of the user, or all of the platform. */
export function projectsQuery(filter: { q?: string; all?: boolean }) {
  return listOptions(["projects", filter], "/projects", { query: filter });
}

/** The project with an id. */
export function projectQuery(project_id: string) {
  return queryOptions({
    queryKey: ["project", project_id],
    queryFn: ({ signal }) => alta.get("/projects/{project_id}", { params: { path: { project_id } }, signal }),
  });
}

/** Returns the project of the current page, below the project layout. */
export function useProject() {
  const { id } = useSearch({ from: "/app/project" });
  return useSuspenseQuery(projectQuery(id)).data;
}
