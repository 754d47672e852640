# Tests of rules that Google enforces only when resources are created, changed or destroyed, each with the page that says
# so. They only plan, with a fixed project number.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "every_database_user_has_a_password" {
  command = plan

  # "Missing user password": https://github.com/hashicorp/terraform-provider-google/issues/4123
  assert {
    condition     = alltrue([for user in concat(values(google_sql_user.role), values(google_sql_user.login), [google_sql_user.migrations]) : user.password_wo_version != null])
    error_message = "Cloud SQL creates no PostgreSQL user without a password."
  }

  # A plan contains no ephemeral value, so the files show that the passwords come from Secret Manager.
  assert {
    condition     = google_sql_user.migrations.password == null && length(regexall("password_wo +=", file("database.tf"))) == 3 && length(regexall("password_wo +=.*ephemeral[.]google_secret_manager_secret_version", file("database.tf"))) == 3
    error_message = "A password is not an ephemeral secret."
  }
}

run "alerts_wait_for_their_metrics" {
  command = plan

  # "It could take up to 10 minutes": https://github.com/hashicorp/terraform-provider-google/issues/11102
  assert {
    condition     = tonumber(trimsuffix(time_sleep.metrics.create_duration, "s")) > 600 && time_sleep.metrics.triggers["metrics"] == join(" ", sort(concat(keys(local.log_metrics), ["outbox_age"])))
    error_message = "Cloud Monitoring rejects an alert on a metric that is younger than ten minutes."
  }

  assert {
    condition     = length(google_monitoring_alert_policy.this) > 0 && strcontains(file("alerts.tf"), "depends_on = [time_sleep.metrics]")
    error_message = "The alerts do not wait for their metrics."
  }
}

run "new_apis_accounts_and_grants_are_waited_for" {
  command = plan

  # https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_service
  assert {
    condition     = tonumber(trimsuffix(time_sleep.apis.create_duration, "s")) >= 60 && length(regexall("google_project_service[.]this", join("", [for file in fileset(".", "*.tf") : file(file) if file != "apis.tf"]))) == 0
    error_message = "A resource uses an API as soon as it is enabled."
  }

  # https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_service_account
  assert {
    condition     = tonumber(trimsuffix(time_sleep.accounts.create_duration, "s")) >= 60 && toset(keys(time_sleep.accounts.triggers)) == toset(concat([for account in google_service_account.function : account.account_id], [for account in google_service_account.this : account.account_id]))
    error_message = "A grant to a new account fails until the account is known everywhere."
  }

  # "2 minutes or more": https://cloud.google.com/iam/docs/access-change-propagation
  assert {
    condition     = tonumber(trimsuffix(time_sleep.grants.create_duration, "s")) >= 120 && alltrue([for file in ["functions.tf", "jobs.tf", "network.tf", "check_health.tf", "build.tf"] : strcontains(file(file), "depends_on = [time_sleep.grants]")])
    error_message = "A resource starts before the grants that it needs are in effect."
  }
}

run "accounts_have_valid_names" {
  command = plan

  # https://cloud.google.com/iam/docs/service-accounts-create
  assert {
    condition     = alltrue([for id in keys(time_sleep.accounts.triggers) : can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", id))])
    error_message = "The id of a service account needs 6 to 30 lowercase letters, digits and hyphens."
  }
}

run "nothing_is_protected_before_the_first_release" {
  command = plan

  variables {
    released = false
  }

  # A service that failed to start is tainted, and its protection prevents the replacement:
  # https://github.com/chainguard-dev/edu/pull/3213
  assert {
    condition     = !anytrue([for name in keys(local.platform.functions) : module.function[name].deletion_protection]) && !google_cloud_run_v2_job.migrations.deletion_protection && !google_cloud_run_v2_job.verify_audit.deletion_protection && !google_sql_database_instance.this.deletion_protection
    error_message = "Terraform cannot replace what failed to start."
  }

  assert {
    condition     = !anytrue([for alert in google_monitoring_alert_policy.this : alert.enabled])
    error_message = "An alert is mailed although nothing was released."
  }

  expect_failures = [check.released]
}

run "everything_is_protected_after_the_first_release" {
  command = plan

  assert {
    condition     = alltrue([for name in keys(local.platform.functions) : module.function[name].deletion_protection]) && google_cloud_run_v2_job.migrations.deletion_protection && google_sql_database_instance.this.deletion_protection && google_sql_database_instance.this.settings[0].deletion_protection_enabled && !anytrue([for bucket in google_storage_bucket.this : bucket.force_destroy])
    error_message = "Something can be destroyed."
  }

  assert {
    condition     = alltrue([for alert in google_monitoring_alert_policy.this : alert.enabled])
    error_message = "An alert is not mailed."
  }
}

run "builds_can_run_in_another_region" {
  command = plan

  variables {
    build_region = "europe-west1"
    repository   = { id = "projects/alta-data-test/locations/europe-west1/connections/github/repositories/alta-data", branch = "main" }
  }

  # "Restricted regions for some projects": https://cloud.google.com/build/docs/locations
  assert {
    condition     = google_cloudbuild_trigger.deploy[0].location == "europe-west1" && google_cloudbuild_trigger.checks[0].location == "europe-west1" && google_cloudbuild_trigger.deploy[0].substitutions["_REGION"] == var.region
    error_message = "The builds do not run in build_region, or their images are stored there."
  }

  assert {
    condition     = endswith(google_cloudbuild_trigger.checks[0].service_account, "/checks@alta-data-test.iam.gserviceaccount.com") && endswith(google_cloudbuild_trigger.deploy[0].service_account, "/deploy@alta-data-test.iam.gserviceaccount.com")
    error_message = "The checks and the deployment share an account."
  }
}

run "a_repository_in_another_region_than_the_builds_is_rejected" {
  command = plan

  variables {
    build_region = "europe-west1"
    repository   = { id = "projects/alta-data-test/locations/europe-west4/connections/github/repositories/alta-data", branch = "main" }
  }

  # https://cloud.google.com/build/docs/triggers#regional
  expect_failures = [var.repository]
}

run "code_under_test_has_no_rights" {
  command = plan

  assert {
    condition = length([for m in concat(
      values(google_secret_manager_secret_iam_member.function), values(google_secret_manager_secret_iam_member.this),
      values(google_cloud_run_v2_service_iam_member.deploy), values(google_cloud_run_v2_job_iam_member.deploy),
      values(google_service_account_iam_member.deploy), values(google_project_iam_member.deploy),
      [google_artifact_registry_repository_iam_member.deploy, google_storage_bucket_iam_member.deploy_state, google_storage_bucket_iam_member.deploy_static],
    ) : m if m.member == local.members["checks"]]) == 0
    error_message = "The account of the checks can read a secret or deploy."
  }

  assert {
    condition     = google_project_iam_member.checks.role == "roles/logging.logWriter"
    error_message = "The account of the checks can do more than write its log."
  }
}

run "each_service_agent_exists_before_it_is_granted_its_role" {
  command = plan

  # A service agent that is created on request has no role: https://cloud.google.com/iam/docs/create-service-agents
  assert {
    condition     = toset(keys(google_project_service_identity.this)) == toset(concat(keys(google_project_iam_member.service_agent), ["documentai.googleapis.com", "pubsub.googleapis.com", "speech.googleapis.com"]))
    error_message = "A service agent is created but granted nothing."
  }

  assert {
    condition     = alltrue([for api in keys(google_project_service_identity.this) : contains(keys(google_project_service.this), api)])
    error_message = "The API of a service agent is not enabled."
  }

  # Without this, every push is answered with 401: https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
  assert {
    condition     = google_service_account_iam_member.pushes.role == "roles/iam.serviceAccountOpenIdTokenCreator" && google_service_account_iam_member.pushes.service_account_id == local.account_ids["pushes"]
    error_message = "Pub/Sub cannot create the tokens of its pushes."
  }
}

run "an_environment_without_locked_seals_can_be_destroyed" {
  command = plan

  variables {
    seals_locked = false
  }

  # "Producer services are still using this connection":
  # https://github.com/hashicorp/terraform-provider-google/issues/16275
  assert {
    condition     = google_service_networking_connection.services.deletion_policy == "ABANDON"
    error_message = "The peering cannot be deleted for days after the database was."
  }

  # Objects in retention cannot be deleted: https://cloud.google.com/storage/docs/bucket-lock
  assert {
    condition     = length(google_storage_bucket.seals.retention_policy) == 0
    error_message = "The bucket of the seals cannot be destroyed."
  }
}

run "a_function_starts_when_it_reaches_its_database" {
  command = plan

  # "A minute or more": https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations
  # At most 240 seconds: https://cloud.google.com/run/docs/configuring/healthchecks
  assert {
    condition     = alltrue([for name in keys(local.platform.functions) : module.function[name].startup_probe.http_get[0].path == "/health/ready" && module.function[name].startup_probe.period_seconds * module.function[name].startup_probe.failure_threshold >= 120 && module.function[name].startup_probe.period_seconds * module.function[name].startup_probe.failure_threshold <= 240 && module.function[name].startup_probe.timeout_seconds <= module.function[name].startup_probe.period_seconds])
    error_message = "A function gets requests before it reaches its database, or Cloud Run rejects its startup probe."
  }

  # The workflow waits longer than the probe: 2 + 4 + 8 + 16 seconds, then the maximum.
  assert {
    condition = alltrue([for retry in [yamldecode(google_workflows_workflow.check_health.source_contents).main.steps[0].all.parallel.for.steps[0].ask.try.retry] :
      retry.backoff.initial_delay == 2 && retry.backoff.multiplier == 2 && retry.backoff.max_delay == 20 && 30 + (retry.max_retries - 4) * 20 >= 180
    ])
    error_message = "The health check of a release ends before a new instance reaches its database."
  }
}

run "cloud_armor_parses_the_bodies_that_the_api_accepts" {
  command = plan

  # https://cloud.google.com/armor/docs/content-parsing
  assert {
    condition     = google_compute_security_policy.this[0].advanced_options_config[0].json_custom_config[0].content_types == toset(["application/json", "application/merge-patch+json"])
    error_message = "Cloud Armor matches the body of a PATCH request as one string, including the exempt fields."
  }
}

run "the_database_needs_no_pooler" {
  command = plan

  assert {
    condition     = !var.database.pooling && !strcontains(file("prod.tfvars"), "pooling") && local.connections.needed <= local.connections.allowed
    error_message = "The connections fit only with a pooler."
  }
}

run "images_come_through_a_cache" {
  command = plan

  # https://cloud.google.com/artifact-registry/docs/repositories/remote-overview
  assert {
    condition     = google_artifact_registry_repository.docker_hub.mode == "REMOTE_REPOSITORY" && google_artifact_registry_repository.docker_hub.remote_repository_config[0].docker_repository[0].public_repository == "DOCKER_HUB"
    error_message = "The repository does not cache Docker Hub."
  }

  # Docker Hub limits the pulls from each address: https://docs.docker.com/docker-hub/usage
  assert {
    condition     = google_artifact_registry_repository.docker_hub.mode == "REMOTE_REPOSITORY" && length(regexall("(?m)^FROM [^$ ]*[:/]", file("../functions/Dockerfile"))) == 0 && length(regexall("(?m)^FROM [$]{DOCKER_HUB}/library/[a-z]+:[^ ]+@sha256:[0-9a-f]{64} ", file("../functions/Dockerfile"))) == 2
    error_message = "The Dockerfile pulls an image directly, or without a digest."
  }

  assert {
    condition     = toset(keys(google_artifact_registry_repository_iam_member.docker_hub)) == toset(["checks", "deploy"])
    error_message = "A build cannot pull its images."
  }
}

run "a_quota_reaches_the_functions_that_it_concerns" {
  command = plan

  variables {
    engine_quotas                = { documentai_batch_operations = 10, documentai_calls_per_minute = 1800, speech_batches_per_minute = 60 }
    documentai_processor_version = "pretrained-ocr-v2.0-2023-06-02"
  }

  # https://cloud.google.com/document-ai/quotas and https://cloud.google.com/speech-to-text/docs/quotas
  assert {
    condition     = local.environment["maintenance"]["DOCUMENTAI_BATCH_OPERATIONS"] == "10" && local.environment["ocr"]["DOCUMENTAI_CALLS_PER_MINUTE"] == "1800" && local.environment["transcription"]["SPEECH_BATCHES_PER_MINUTE"] == "60" && !contains(keys(local.environment["maintenance"]), "SPEECH_BATCH_OPERATIONS") && !contains(keys(local.environment["data"]), "DOCUMENTAI_CALLS_PER_MINUTE")
    error_message = "A function does not know the project's quota."
  }

  # https://cloud.google.com/document-ai/docs/manage-processor-versions
  assert {
    condition     = local.environment["ocr"]["DOCUMENTAI_PROCESSOR_VERSION"] == "pretrained-ocr-v2.0-2023-06-02"
    error_message = "The version of the processor cannot be configured."
  }
}

run "an_operation_is_not_lost_before_google_cancels_it" {
  command = plan

  variables {
    operation_hours = 24
  }

  # https://cloud.google.com/document-ai/limits
  expect_failures = [var.operation_hours]
}

run "seals_reach_their_bucket_at_every_log_level" {
  command = plan

  variables {
    log_level = "error"
  }

  # EnvFilter prefers the more specific directive: https://docs.rs/tracing-subscriber/latest/tracing_subscriber/filter
  assert {
    condition     = local.environment["maintenance"]["LOG"] == "error,maintenance::seal_audit=info" && local.environment["data"]["LOG"] == "error"
    error_message = "The log level suppresses the seals."
  }

  assert {
    condition     = google_monitoring_alert_policy.this["sealing"].conditions[0].condition_threshold[0].comparison == "COMPARISON_LT" && google_monitoring_alert_policy.this["sealing"].conditions[0].condition_threshold[0].evaluation_missing_data == "EVALUATION_MISSING_DATA_ACTIVE"
    error_message = "No alert fires when sealing stops."
  }
}

run "no_flag_is_set_halfway" {
  command = plan

  # pgaudit also needs the extension and `pgaudit.log`: https://cloud.google.com/sql/docs/postgres/pg-audit
  assert {
    condition     = length([for flag in google_sql_database_instance.this.settings[0].database_flags : flag if strcontains(flag.name, "pgaudit")]) == 0
    error_message = "pgaudit is enabled but records nothing."
  }
}
