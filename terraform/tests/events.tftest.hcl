# Tests of topics, subscriptions and schedules. They only plan, with a fixed project number.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "subscriptions_match_the_code" {
  command = plan

  assert {
    condition     = toset(keys(google_pubsub_topic.this)) == toset(local.platform.topics)
    error_message = "The topics differ from platform.json."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].push_endpoint == "https://${s.function}-123456789012.${var.region}.run.app${s.path}"])
    error_message = "A subscription pushes to the wrong URL."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].oidc_token[0].audience == local.environment[s.function]["PUSH_AUDIENCE"]])
    error_message = "A push has an audience that its function rejects."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].oidc_token[0].service_account_email == local.environment[s.function]["PUSH_SERVICE_ACCOUNT"]])
    error_message = "A push comes from an account that its function rejects."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : s.expiration_policy[0].ttl == ""])
    error_message = "A subscription can expire."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : s.ack_deadline_seconds == 600 && s.retry_policy[0].minimum_backoff == "10s" && s.retry_policy[0].maximum_backoff == "60s"])
    error_message = "The acknowledgement deadline or the backoff differs from the code."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : s.dead_letters == (length(google_pubsub_subscription.this[s.name].dead_letter_policy) == 1)])
    error_message = "A subscription's dead-letter policy differs from platform.json."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : length(coalesce(s.filter, "none")) <= 256])
    error_message = "A filter is longer than Pub/Sub's limit of 256 bytes."
  }
}

run "functions_respond_before_a_push_is_redelivered" {
  command = plan

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : local.functions[s.function].timeout_seconds < local.platform.delivery.ack_deadline_seconds])
    error_message = "A push can be redelivered while its first delivery is still running."
  }

  assert {
    condition     = alltrue([for name, f in local.functions : f.timeout_seconds > local.platform.functions[name].request_timeout_seconds])
    error_message = "Cloud Run times out before the function does."
  }

  assert {
    condition     = local.functions["events"].timeout_seconds == 3600 && local.functions["events"].concurrency == 1000 && local.functions["events"].timeout_seconds > tonumber(local.platform.functions["events"].variables["EVENTS_STREAM_LIFE"].default)
    error_message = "Cloud Run cuts off event streams."
  }
}

run "schedules_match_the_code" {
  command = plan

  assert {
    condition     = toset(keys(google_cloud_scheduler_job.task)) == toset(local.platform.schedules[*].name)
    error_message = "The schedules differ from platform.json."
  }

  assert {
    condition     = google_cloud_scheduler_job.task["sweep-outbox"].schedule == "*/1 * * * *" && google_cloud_scheduler_job.task["purge"].schedule == "*/10 * * * *" && google_cloud_scheduler_job.task["sweep-objects"].schedule == "0 */1 * * *"
    error_message = "A task has the wrong schedule."
  }

  assert {
    condition     = alltrue([for s in local.platform.schedules : google_cloud_scheduler_job.task[s.name].http_target[0].uri == "https://maintenance-123456789012.${var.region}.run.app${s.path}" && google_cloud_scheduler_job.task[s.name].http_target[0].oidc_token[0].audience == "maintenance"])
    error_message = "A task has the wrong URL or audience."
  }
}

run "finalized_objects_publish_events" {
  command = plan

  assert {
    condition     = google_storage_notification.this["uploads"].event_types == toset(["OBJECT_FINALIZE"]) && toset(keys(google_storage_notification.this)) == toset(["uploads", "results"])
    error_message = "Notifications are missing, or are for the wrong buckets or events."
  }
}
