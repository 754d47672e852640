import { listOptions } from "#/api/lists";

/** The members of a project. */
export function membersQuery(project_id: string) {
  return listOptions(["members", project_id], "/projects/{project_id}/members", { path: { project_id } });
}

/** The invitations of a project, for its admins. */
export function invitationsQuery(project_id: string) {
  return listOptions(["invitations", project_id], "/projects/{project_id}/invitations", { path: { project_id } });
}
