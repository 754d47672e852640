output "addresses" {
  description = "The addresses for the domain's A and AAAA records."
  value = {
    A    = google_compute_global_address.ipv4.address
    AAAA = google_compute_global_address.ipv6.address
  }
}

output "origin" {
  description = "The platform's origin."
  value       = local.origin
}

output "registry" {
  description = "The image registry. Cloud Build pushes `{registry}/{function}:{commit}`."
  value       = local.registry
}

output "deploy_service_account" {
  description = "The service account that Cloud Build uses."
  value       = local.emails["deploy"]
}

output "static_bucket" {
  description = "The bucket of the OpenAPI document, its pages and the console."
  value       = google_storage_bucket.static.name
}

output "functions" {
  description = "The environment variables, secrets and routes of each function."
  value = {
    for name in keys(local.platform.functions) : name => {
      environment = local.environment[name]
      secrets     = local.function_secrets[name]
      routes      = local.platform.functions[name].routes
    }
  }
}

output "database_connections" {
  description = "The connections that functions and jobs can open together, and the number allowed."
  value       = local.connections
}
