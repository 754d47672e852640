import type { Schema } from "@alta-data/client";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";

export type Export = Schema<"Export">;

/** The exports of a project, newest first. */
export function exportsQuery(project_id: string) {
  return listOptions(["exports", project_id], "/exports", { query: { project_id, limit: 20 } });
}

/** Returns a link to the file of an export, which is valid for some minutes. */
export async function exportUrl(export_id: string): Promise<string | null> {
  const { url } = await alta.get("/exports/{export_id}", { params: { path: { export_id } } });
  return url ?? null;
}
