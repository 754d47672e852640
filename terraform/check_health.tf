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

# Writes why a check failed.
resource "google_project_iam_member" "check_health" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = local.members["check-health"]
}
