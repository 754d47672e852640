output "name" {
  description = "The name of the service."
  value       = google_cloud_run_v2_service.this.name
}

# Cloud Run's deterministic URL, known before the service exists
# (https://cloud.google.com/run/docs/triggering/https-request#deterministic).
output "uri" {
  description = "The URL of the service, reachable by internal callers only."
  value       = "https://${google_cloud_run_v2_service.this.name}-${var.project_number}.${var.region}.run.app"
}

output "ingress" {
  description = "The ingress setting of the service."
  value       = google_cloud_run_v2_service.this.ingress
}

output "startup_probe" {
  description = "The startup probe of the service."
  value       = one(google_cloud_run_v2_service.this.template[0].containers[0].startup_probe)
}

output "deletion_protection" {
  description = "Whether Terraform refuses to destroy the service."
  value       = google_cloud_run_v2_service.this.deletion_protection
}

output "tags" {
  description = "The network tags that firewall rules match."
  value       = google_cloud_run_v2_service.this.template[0].vpc_access[0].network_interfaces[0].tags
}
