# What Cloud Build asks for the health of new revisions with: nobody but the load balancer, Pub/Sub, Cloud Scheduler and
# workflows of this project reaches a function.

resource "google_workflows_workflow" "check_health" {
  name            = "check-health"
  region          = var.region
  description     = "GET /health of functions"
  service_account = google_service_account.this["check-health"].id
  source_contents = file("${path.module}/check-health.yaml")
  call_log_level  = "LOG_ERRORS_ONLY"

  deletion_protection = var.deletion_protection

  depends_on = [google_project_service.this]
}

# Calls the functions that only pushes and schedules may call otherwise; on all their routes but /health they check
# whose token it is.
resource "google_cloud_run_v2_service_iam_member" "check_health" {
  for_each = toset(local.triggered_functions)

  name     = module.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = local.members["check-health"]
}

# Writes why a check failed.
resource "google_project_iam_member" "check_health" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = local.members["check-health"]
}
