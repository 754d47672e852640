# Logs: URLs that are never stored, the immutable copy of the audit log's seals, and Cloud Audit Logs.

# Request logs of the load balancer and of Cloud Run contain full URLs, so entries with a token in the URL are not
# stored. The functions' own log lines contain the route pattern instead.
resource "google_logging_project_exclusion" "tokens" {
  name        = "urls-with-tokens"
  description = "Request logs whose URL or referrer contains a token: event stream tickets, mailed links, invitations"
  filter      = <<-EOT
    resource.type=("http_load_balancer" OR "cloud_run_revision")
    (httpRequest.requestUrl=~"${local.token_urls}" OR httpRequest.referer=~"${local.token_urls}")
  EOT

  depends_on = [time_sleep.apis]
}

locals {
  # Matches a ticket or a token in the query, and the path of an invitation.
  token_urls = "[?&](ticket|token)=|/invitations/[^/?#]"
}

# Copies each seal of the audit log from maintenance's logs to a bucket with a locked retention (storage.tf).
resource "google_logging_project_sink" "seals" {
  name        = "audit-seals"
  description = "The hashes of the audit log's seals"
  destination = "storage.googleapis.com/${google_storage_bucket.seals.name}"
  filter      = <<-EOT
    resource.type="cloud_run_revision"
    resource.labels.service_name="maintenance"
    jsonPayload.message="audit seal created"
  EOT

  unique_writer_identity = true
}

# The sink's account can create objects, but not read, change or delete them.
resource "google_storage_bucket_iam_member" "seals" {
  bucket = google_storage_bucket.seals.name
  role   = "roles/storage.objectCreator"
  member = google_logging_project_sink.seals.writer_identity
}

# Records every access to a secret or an object in Cloud Audit Logs.
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
