# The image registries, and the Cloud Build triggers with their permissions.

resource "google_artifact_registry_repository" "this" {
  #checkov:skip=CKV_GCP_84: images contain only programs whose source is public; Google-managed keys encrypt them
  repository_id = "alta-data"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the functions and of the migration job, tagged by commit"

  docker_config {
    # The image that was built is the image that runs.
    immutable_tags = true
  }

  vulnerability_scanning_config {
    enablement_config = var.scan_images ? "INHERITED" : "DISABLED"
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

  depends_on = [time_sleep.apis]
}

# Caches the base images and tools that builds pull from Docker Hub, which limits pulls from an address that builds share
# with others (https://cloud.google.com/artifact-registry/docs/repositories/remote-overview).
resource "google_artifact_registry_repository" "docker_hub" {
  #checkov:skip=CKV_GCP_84: public images; Google-managed keys encrypt them
  repository_id = "docker-hub"
  location      = var.region
  format        = "DOCKER"
  mode          = "REMOTE_REPOSITORY"
  description   = "Cache of Docker Hub"

  remote_repository_config {
    docker_repository {
      public_repository = "DOCKER_HUB"
    }
  }

  vulnerability_scanning_config {
    enablement_config = "DISABLED"
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "7776000s"
    }
  }

  depends_on = [time_sleep.apis]
}

locals {
  build_region = coalesce(var.build_region, var.region)
}

# Both triggers start at each push. The deployment waits until the checks have succeeded.
resource "google_cloudbuild_trigger" "deploy" {
  count = var.repository == null ? 0 : 1

  name            = "deploy"
  location        = local.build_region
  description     = "Build and roll out ${var.repository.branch} after its checks"
  filename        = "cloudbuild.yaml"
  service_account = local.account_ids["deploy"]

  repository_event_config {
    repository = var.repository.id
    push {
      branch = "^${var.repository.branch}$"
    }
  }

  substitutions = {
    _REGION        = var.region
    _REPOSITORY    = google_artifact_registry_repository.this.repository_id
    _CHECK_TRIGGER = google_cloudbuild_trigger.checks[0].trigger_id
    _ENVIRONMENT   = var.environment
    _STATE_BUCKET  = var.state_bucket
    _PAGES_BUCKET  = google_storage_bucket.static.name
  }

  depends_on = [time_sleep.grants]
}

resource "google_cloudbuild_trigger" "checks" {
  count = var.repository == null ? 0 : 1

  name            = "checks"
  location        = local.build_region
  description     = "Check ${var.repository.branch}"
  filename        = "cloudbuild.checks.yaml"
  service_account = local.account_ids["checks"]

  repository_event_config {
    repository = var.repository.id
    push {
      branch = "^${var.repository.branch}$"
    }
  }

  substitutions = {
    _REGION = var.region
  }

  depends_on = [time_sleep.grants]
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

# Pull base images.
resource "google_artifact_registry_repository_iam_member" "docker_hub" {
  for_each = toset(["checks", "deploy"])

  repository = google_artifact_registry_repository.docker_hub.repository_id
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = local.members[each.key]
}

# The checks write their log. They have no other right in the project.
resource "google_project_iam_member" "checks" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = local.members["checks"]
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

# Uploads the OpenAPI document, its pages and the console.
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
    # Waits for the checks and for earlier builds.
    builds = "roles/cloudbuild.builds.viewer"
    # Writes the build's log.
    logs = "roles/logging.logWriter"
    # Counts 5xx responses.
    answers = "roles/logging.viewer"
    # Checks the health of new revisions (check_health.tf).
    health = "roles/workflows.invoker"
  }

  project = var.project
  role    = each.value
  member  = local.members["deploy"]
}
