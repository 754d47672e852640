# The workflow that checks the health of new revisions for Cloud Build. A build cannot call a function: their ingress
# only admits the load balancer, and Pub/Sub, Cloud Scheduler and Workflows of this project.

resource "google_workflows_workflow" "check_health" {
  name            = "check-health"
  region          = var.region
  description     = "Check GET /health of functions"
  service_account = google_service_account.this["check-health"].id
  source_contents = file("${path.module}/check-health.yaml")
  call_log_level  = "LOG_ERRORS_ONLY"

  deletion_protection = local.protected

  depends_on = [time_sleep.grants]
}

# Logs failed checks.
resource "google_project_iam_member" "check_health" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = local.members["check-health"]
}
