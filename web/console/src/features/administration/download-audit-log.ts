import { ProblemError } from "@alta-data/client";
import { alta } from "#/api/alta";
import { type AuditFilter, auditParams } from "#/features/audit/filter";

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
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = "audit-log.ndjson";
  link.click();
  // The browser has taken the file by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
