# The image registry, and the Cloud Build trigger with its permissions.

resource "google_artifact_registry_repository" "this" {
  #checkov:skip=CKV_GCP_84: images contain only programs whose source is public; Google-managed keys encrypt them
  repository_id = "alta-data"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the functions and of the migration job, tagged by commit"

  docker_config {
    # The image that was tested is the image that runs.
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
  description     = "Test, build and roll out ${var.repository.branch}"
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

# Pushes images.
resource "google_artifact_registry_repository_iam_member" "deploy" {
  repository = google_artifact_registry_repository.this.repository_id
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = local.members["deploy"]
}

# Rolls out services.
resource "google_cloud_run_v2_service_iam_member" "deploy" {
  for_each = local.platform.functions

  name     = module.function[each.key].name
  location = var.region
  role     = "roles/run.developer"
  member   = local.members["deploy"]
}

# Sets the images of the jobs, and runs the migrations.
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

# Deploying a revision or a job requires the permission to act as its service account.
resource "google_service_account_iam_member" "deploy" {
  for_each = merge(
    { for name in keys(local.platform.functions) : name => local.account_ids["fn-${name}"] },
    { migrations = local.account_ids["migrations"] },
  )

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = local.members["deploy"]
}

# Uploads the OpenAPI document and the pages.
resource "google_storage_bucket_iam_member" "deploy_static" {
  bucket = google_storage_bucket.static.name
  role   = "roles/storage.objectUser"
  member = local.members["deploy"]
}

# The plan step reads Terraform's state.
resource "google_storage_bucket_iam_member" "deploy_state" {
  bucket = var.state_bucket
  role   = "roles/storage.objectViewer"
  member = local.members["deploy"]
}

resource "google_project_iam_member" "deploy" {
  for_each = {
    # The plan step reads the project's number.
    browser = "roles/browser"
    # The provider's API calls count against this project's quota.
    calls = "roles/serviceusage.serviceUsageConsumer"
    # Waits for earlier builds.
    builds = "roles/cloudbuild.builds.viewer"
    # Writes the build's log.
    logs = "roles/logging.logWriter"
    # Counts the 5xx responses of new revisions.
    answers = "roles/logging.viewer"
    # Checks the health of new revisions (check_health.tf).
    health = "roles/workflows.invoker"
  }

  project = var.project
  role    = each.value
  member  = local.members["deploy"]
}
