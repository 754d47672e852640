# The platform's routes, variables, topics and schedules, from platform.json. A test compares that file with the code.

locals {
  platform = jsondecode(file("${path.module}/platform.json"))

  # Functions with routes are behind the load balancer. Pub/Sub and Cloud Scheduler call the others.
  http_functions      = [for name, function in local.platform.functions : name if length(function.routes) > 0]
  triggered_functions = [for name, function in local.platform.functions : name if length(function.routes) == 0]

  origin        = "https://${var.domain}"
  frontend_url  = coalesce(var.frontend_url, local.origin)
  page_origins  = distinct(concat([local.frontend_url], var.cors_origins))
  passkey_rp_id = coalesce(var.passkey_rp_id, regex("^https://([^/:]+)", local.frontend_url)[0])

  # Nothing is protected before the first release: Terraform has to replace what failed to start, and there are no data.
  protected = var.deletion_protection && var.released

  buckets = { for name in keys(local.platform.buckets) : name => "${var.project}-${name}" }
}

check "released" {
  assert {
    condition     = var.released
    error_message = "Before the first release, no alert is mailed and nothing is protected from deletion. Afterwards, set released to true and apply."
  }
}
