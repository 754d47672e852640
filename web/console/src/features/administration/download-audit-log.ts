import { ProblemError } from "@alta-data/client";
import { alta } from "#/api/alta";
import { type AuditFilter, auditParams } from "#/features/audit/filter";
import { saveFile } from "#/ui/save-file";

/** Saves all matching entries of the platform's audit log as a file of JSON lines. */
export async function downloadAuditLog({
  project_id,
  ...filter
}: AuditFilter & { readonly project_id?: string | undefined }): Promise<void> {
  const { data, error } = await alta.raw.GET("/admin/audit-logs", {
    params: { query: { ...auditParams(filter), ...(project_id && { project_id }) } },
    headers: { accept: "application/x-ndjson" },
    parseAs: "blob",
  });
  if (!data) throw new ProblemError(error);
  saveFile(data, "audit-log.ndjson");
}
