output "name" {
  description = "The service's name."
  value       = google_cloud_run_v2_service.this.name
}

# Cloud Run gives each service an address that is known before it is made
# (https://cloud.google.com/run/docs/triggering/https-request#deterministic).
output "uri" {
  description = "The service's address, where it has one of its own."
  value       = "https://${google_cloud_run_v2_service.this.name}-${var.project_number}.${var.region}.run.app"
}
