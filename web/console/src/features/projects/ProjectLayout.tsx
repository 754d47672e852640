import { Outlet } from "@tanstack/react-router";
import { useProjectInNavigation } from "#/app/current-project";
import { useProject } from "./queries";

/** Shows the project in the navigation, around each of its pages. */
export default function ProjectLayout() {
  const { id } = useProject();
  useProjectInNavigation(id);
  return <Outlet />;
}
