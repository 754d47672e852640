# Logs: what is kept, what never is, and what nobody can take back.

# Request logs hold whole URLs. Those with a token in them are not kept, neither the load balancer's nor Cloud Run's;
# the functions' own lines name the route's pattern instead.
resource "google_logging_project_exclusion" "tokens" {
  name        = "urls-with-tokens"
  description = "Request logs whose URL or referrer holds a token: event streams' tickets, mailed links, invitations"
  filter      = <<-EOT
    resource.type=("http_load_balancer" OR "cloud_run_revision")
    (httpRequest.requestUrl=~"${local.token_urls}" OR httpRequest.referer=~"${local.token_urls}")
  EOT

  depends_on = [google_project_service.this]
}

locals {
  # A query that names a ticket or a token, or the path of an invitation.
  token_urls = "[?&](ticket|token)=|/invitations/[^/?#]"
}

# Each seal of the audit log, as maintenance logs it, goes where it cannot be changed (storage.tf).
resource "google_logging_project_sink" "seals" {
  name        = "audit-seals"
  description = "The heads of the audit log's seals"
  destination = "storage.googleapis.com/${google_storage_bucket.seals.name}"
  filter      = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name="maintenance"
    jsonPayload.message="the audit log was sealed"
  EOT

  unique_writer_identity = true
}

# The sink's own account adds objects, and can do nothing else with them.
resource "google_storage_bucket_iam_member" "seals" {
  bucket = google_storage_bucket.seals.name
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.seals.writer_identity
}

# Who read a secret, and who read or wrote an object, is in Cloud Audit Logs.
resource "google_project_iam_audit_config" "this" {
  for_each = toset(["secretmanager.googleapis.com", "storage.googleapis.com"])

  project = var.project
  service = each.key

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
