# Cloud Scheduler: the tasks of functions, and the nightly job.

locals {
  schedules = { for schedule in local.platform.schedules : schedule.name => schedule }
}

resource "google_cloud_scheduler_job" "task" {
  for_each = local.schedules

  name        = each.key
  description = "POST ${each.value.path} of ${each.value.function}"
  region      = var.region
  time_zone   = "Etc/UTC"
  schedule    = each.value.every_seconds < 3600 ? "*/${each.value.every_seconds / 60} * * * *" : "0 */${each.value.every_seconds / 3600} * * *"
  # Longer than the function's own timeout, to leave time for its response.
  attempt_deadline = "${local.platform.functions[each.value.function].request_timeout_seconds + 30}s"

  # The next scheduled call is the retry.
  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = "${module.function[each.value.function].uri}${each.value.path}"
    oidc_token {
      service_account_email = local.emails["pushes"]
      audience              = each.value.function
    }
  }

  lifecycle {
    precondition {
      condition     = each.value.every_seconds % 60 == 0 && (each.value.every_seconds < 3600 ? 3600 % each.value.every_seconds == 0 : each.value.every_seconds % 3600 == 0)
      error_message = "The interval of ${each.key}, ${each.value.every_seconds} seconds, must be whole hours or a whole number of minutes that divides an hour."
    }
  }
}

# Verifies the audit log against its seals every night.
resource "google_cloud_scheduler_job" "verify_audit" {
  name             = "verify-audit"
  description      = "Run the job verify-audit"
  region           = var.region
  time_zone        = "Etc/UTC"
  schedule         = "30 2 * * *"
  attempt_deadline = "60s"

  retry_config {
    retry_count = 3
  }

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.verify_audit.id}:run"
    oauth_token {
      service_account_email = local.emails["scheduler"]
    }
  }

  depends_on = [google_cloud_run_v2_job_iam_member.scheduler]
}
