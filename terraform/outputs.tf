output "addresses" {
  description = "Where the domain's A and AAAA records are to lead."
  value = {
    A    = google_compute_global_address.ipv4.address
    AAAA = google_compute_global_address.ipv6.address
  }
}

output "origin" {
  description = "Where the platform answers."
  value       = local.origin
}

output "registry" {
  description = "Where Cloud Build pushes images: `{registry}/{function}:{commit}`."
  value       = local.registry
}

output "deploy_service_account" {
  description = "The account that Cloud Build deploys as."
  value       = local.emails["deploy"]
}

output "static_bucket" {
  description = "The bucket of the interface's document and the pages."
  value       = google_storage_bucket.static.name
}

output "functions" {
  description = "What each function runs with: its variables, and the secrets that others are read from."
  value = {
    for name in keys(local.platform.functions) : name => {
      environment = local.environment[name]
      secrets     = local.function_secrets[name]
      routes      = local.platform.functions[name].routes
    }
  }
}

output "database_connections" {
  description = "Connections that the functions and jobs could open together, and how many they may."
  value       = local.connections
}
