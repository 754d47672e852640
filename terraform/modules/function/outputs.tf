output "name" {
  description = "The service's name."
  value       = google_cloud_run_v2_service.this.name
}

# Cloud Run gives each service an address that is known before it is made
# (https://cloud.google.com/run/docs/triggering/https-request#deterministic).
output "uri" {
  description = "The service's own address, which only what counts as internal reaches."
  value       = "https://${google_cloud_run_v2_service.this.name}-${var.project_number}.${var.region}.run.app"
}

output "ingress" {
  description = "Who can reach it."
  value       = google_cloud_run_v2_service.this.ingress
}

output "tags" {
  description = "What the firewall knows it by."
  value       = google_cloud_run_v2_service.this.template[0].vpc_access[0].network_interfaces[0].tags
}
