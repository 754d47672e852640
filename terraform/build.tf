# Where images are kept, and who builds and rolls them out.

resource "google_artifact_registry_repository" "this" {
  #checkov:skip=CKV_GCP_84: images hold the program that is published as source; Google's own keys encrypt them
  repository_id = "alta-data"
  location      = var.region
  format        = "DOCKER"
  description   = "An image for each function and for the migration job, by commit"

  docker_config {
    # What was tested is what runs.
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_cloudbuild_trigger" "deploy" {
  count = var.repository == null ? 0 : 1

  name            = "deploy"
  location        = var.region
  description     = "Tests, builds and rolls out ${var.repository.branch}"
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.this["deploy"].id

  repository_event_config {
    repository = var.repository.id
    push {
      branch = "^${var.repository.branch}$"
    }
  }

  substitutions = {
    _REGION       = var.region
    _REPOSITORY   = google_artifact_registry_repository.this.repository_id
    _ENVIRONMENT  = var.environment
    _STATE_BUCKET = var.state_bucket
    _PAGES_BUCKET = google_storage_bucket.static.name
  }

  depends_on = [google_project_service.this]
}

locals {
  registry = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

# Pushes what it built.
resource "google_artifact_registry_repository_iam_member" "deploy" {
  repository = google_artifact_registry_repository.this.repository_id
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = local.members["deploy"]
}

# Rolls out services, …
resource "google_cloud_run_v2_service_iam_member" "deploy" {
  for_each = local.platform.functions

  name     = module.function[each.key].name
  location = var.region
  role     = "roles/run.developer"
  member   = local.members["deploy"]
}

# … and sets the image of the jobs, and runs the migrations.
resource "google_cloud_run_v2_job_iam_member" "deploy" {
  for_each = {
    migrations   = google_cloud_run_v2_job.migrations.name
    verify-audit = google_cloud_run_v2_job.verify_audit.name
  }

  name     = each.value
  location = var.region
  role     = "roles/run.developer"
  member   = local.members["deploy"]
}

# A revision is made to run as its function's account, and a job as its own: who makes it has to be let.
resource "google_service_account_iam_member" "deploy" {
  for_each = merge(
    { for name in keys(local.platform.functions) : name => local.account_ids["fn-${name}"] },
    { migrations = local.account_ids["migrations"] },
  )

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = local.members["deploy"]
}

# Writes the interface's document and the pages.
resource "google_storage_bucket_iam_member" "deploy_static" {
  bucket = google_storage_bucket.static.name
  role   = "roles/storage.objectUser"
  member = local.members["deploy"]
}

# Terraform's plan reads the state, …
resource "google_storage_bucket_iam_member" "deploy_state" {
  bucket = var.state_bucket
  role   = "roles/storage.objectViewer"
  member = local.members["deploy"]
}

resource "google_project_iam_member" "deploy" {
  for_each = {
    # … and the project's number.
    browser = "roles/browser"
    # The provider names the project as the one that its calls are counted on.
    calls = "roles/serviceusage.serviceUsageConsumer"
    # Waits for the build before it.
    builds = "roles/cloudbuild.builds.viewer"
    # The build's own log, …
    logs = "roles/logging.logWriter"
    # … and what the new revisions answered.
    answers = "roles/logging.viewer"
    # Asks for the health of what it rolls out (check_health.tf).
    health = "roles/workflows.invoker"
  }

  project = var.project
  role    = each.value
  member  = local.members["deploy"]
}
