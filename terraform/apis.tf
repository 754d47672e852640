# The APIs that the platform uses.

resource "google_project_service" "this" {
  for_each = toset(concat([
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "containeranalysis.googleapis.com",
    "documentai.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "redis.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "speech.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
    "workflowexecutions.googleapis.com",
    "workflows.googleapis.com",
  ], var.scan_images ? ["containerscanning.googleapis.com"] : []))

  service = each.key
  # Other workloads in the project may use the APIs too.
  disable_on_destroy = false
}

# An API works some time after it was enabled: until then, calls fail with 403
# (https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_service).
resource "time_sleep" "apis" {
  create_duration = "120s"
  triggers        = { apis = join(" ", sort(keys(google_project_service.this))) }

  depends_on = [google_project_service.this]
}

# Google's service agents, each created before it is granted a role. A service agent that is created on request gets no
# role from Google (https://cloud.google.com/iam/docs/create-service-agents), so each is granted its own below, or
# something narrower in iam.tf.
locals {
  # The role of each service agent, from https://cloud.google.com/iam/docs/service-agents.
  service_agent_roles = merge(
    {
      # Pulls cached base images.
      "artifactregistry.googleapis.com" = "roles/artifactregistry.serviceAgent"
      # Runs builds as the accounts of the triggers.
      "cloudbuild.googleapis.com" = "roles/cloudbuild.serviceAgent"
      # Creates tokens for the accounts `pushes` and `scheduler`
      # (https://cloud.google.com/scheduler/docs/http-target-auth).
      "cloudscheduler.googleapis.com" = "roles/cloudscheduler.serviceAgent"
      # Pulls images, and attaches instances to the network.
      "run.googleapis.com" = "roles/run.serviceAgent"
      # Peers the network with Google's, where Cloud SQL and Memorystore run.
      "servicenetworking.googleapis.com" = "roles/servicenetworking.serviceAgent"
      "sqladmin.googleapis.com"          = "roles/cloudsql.serviceAgent"
      # Runs the health check as its account.
      "workflows.googleapis.com" = "roles/workflows.serviceAgent"
    },
    var.redis == null ? {} : { "redis.googleapis.com" = "roles/redis.serviceAgent" },
  )
  # The roles of these reach all buckets or accounts of the project, so iam.tf grants only what they use.
  narrow_service_agents = ["documentai.googleapis.com", "pubsub.googleapis.com", "speech.googleapis.com"]
}

resource "google_project_service_identity" "this" {
  for_each = toset(concat(keys(local.service_agent_roles), local.narrow_service_agents))
  provider = google-beta

  service    = each.key
  depends_on = [time_sleep.apis]
}

resource "google_project_iam_member" "service_agent" {
  #checkov:skip=CKV_GCP_49: the roles that Google documents for its service agents, which run builds, services and workflows as their accounts
  for_each = local.service_agent_roles

  project = var.project
  role    = each.value
  member  = google_project_service_identity.this[each.key].member
}

# Cloud Storage's service agent, which reading this creates.
data "google_storage_project_service_account" "this" {
  depends_on = [time_sleep.apis]
}

# A grant works some minutes after it was made (https://cloud.google.com/iam/docs/access-change-propagation). A resource
# that uses it at once fails.
resource "time_sleep" "grants" {
  create_duration = "180s"
  triggers = {
    agents  = join(" ", sort(keys(google_project_iam_member.service_agent)))
    secrets = join(" ", sort(concat(keys(google_secret_manager_secret_iam_member.function), keys(google_secret_manager_secret_iam_member.this))))
    topics  = join(" ", sort(keys(google_pubsub_topic_iam_member.storage)))
  }

  depends_on = [
    google_project_iam_member.service_agent,
    google_pubsub_topic_iam_member.storage,
    google_secret_manager_secret_iam_member.function,
    google_secret_manager_secret_iam_member.this,
    google_service_account_iam_member.pushes,
  ]
}
