# What the platform consists of: one list, which a test of the code compares with what the code says.

locals {
  platform = jsondecode(file("${path.module}/platform.json"))

  # Reached through the load balancer; all others are called by Pub/Sub and Cloud Scheduler only.
  http_functions      = [for name, function in local.platform.functions : name if length(function.routes) > 0]
  triggered_functions = [for name, function in local.platform.functions : name if length(function.routes) == 0]

  origin        = "https://${var.domain}"
  frontend_url  = coalesce(var.frontend_url, local.origin)
  page_origins  = distinct(concat([local.frontend_url], var.cors_origins))
  passkey_rp_id = coalesce(var.passkey_rp_id, regex("^https://([^/:]+)", local.frontend_url)[0])

  buckets = { for name in keys(local.platform.buckets) : name => "${var.project}-${name}" }
}
