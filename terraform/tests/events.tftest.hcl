# The way of an event: topics, subscriptions, schedules.
# Nothing is made: these are plans, with the project's number put in.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "every_subscription_is_as_the_code_says" {
  command = plan

  assert {
    condition     = toset(keys(google_pubsub_topic.this)) == toset(local.platform.topics)
    error_message = "Other topics than the list's."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].push_endpoint == "https://${s.function}-123456789012.${var.region}.run.app${s.path}"])
    error_message = "A subscription pushes elsewhere."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].oidc_token[0].audience == local.environment[s.function]["PUSH_AUDIENCE"]])
    error_message = "A push names an audience that its function does not expect."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : google_pubsub_subscription.this[s.name].push_config[0].oidc_token[0].service_account_email == local.environment[s.function]["PUSH_SERVICE_ACCOUNT"]])
    error_message = "A push comes from an account that its function does not expect."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : s.expiration_policy[0].ttl == ""])
    error_message = "A subscription expires."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : s.ack_deadline_seconds == 600 && s.retry_policy[0].minimum_backoff == "10s" && s.retry_policy[0].maximum_backoff == "600s"])
    error_message = "Deliveries are repeated otherwise than the code expects."
  }

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : s.dead_letters == (length(google_pubsub_subscription.this[s.name].dead_letter_policy) == 1)])
    error_message = "What is given up goes elsewhere."
  }

  assert {
    condition     = alltrue([for s in google_pubsub_subscription.this : length(coalesce(s.filter, "none")) <= 256])
    error_message = "Pub/Sub takes filters of 256 bytes."
  }
}

run "functions_answer_before_a_push_is_repeated" {
  command = plan

  assert {
    condition     = alltrue([for s in local.platform.subscriptions : local.functions[s.function].timeout_seconds < local.platform.delivery.ack_deadline_seconds])
    error_message = "A push could be repeated while the first one is at work."
  }

  assert {
    condition     = alltrue([for name, f in local.functions : f.timeout_seconds > local.platform.functions[name].request_timeout_seconds])
    error_message = "Cloud Run ends a request before the function says what happened."
  }

  assert {
    condition     = local.functions["events"].timeout_seconds == 3600 && local.functions["events"].concurrency == 1000 && local.functions["events"].timeout_seconds > tonumber(local.platform.functions["events"].variables["EVENTS_STREAM_LIFE"].default)
    error_message = "Event streams are cut off."
  }
}

run "schedules_call_maintenance_as_often_as_the_code_says" {
  command = plan

  assert {
    condition     = toset(keys(google_cloud_scheduler_job.task)) == toset(local.platform.schedules[*].name)
    error_message = "Other schedules than the list's."
  }

  assert {
    condition     = google_cloud_scheduler_job.task["sweep-outbox"].schedule == "*/1 * * * *" && google_cloud_scheduler_job.task["purge"].schedule == "*/10 * * * *" && google_cloud_scheduler_job.task["sweep-objects"].schedule == "0 */1 * * *"
    error_message = "A task is called at other times."
  }

  assert {
    condition     = alltrue([for s in local.platform.schedules : google_cloud_scheduler_job.task[s.name].http_target[0].uri == "https://maintenance-123456789012.${var.region}.run.app${s.path}" && google_cloud_scheduler_job.task[s.name].http_target[0].oidc_token[0].audience == "maintenance"])
    error_message = "A task is called elsewhere."
  }
}

run "what_is_finalised_is_announced" {
  command = plan

  assert {
    condition     = google_storage_notification.this["uploads"].event_types == toset(["OBJECT_FINALIZE"]) && toset(keys(google_storage_notification.this)) == toset(["uploads", "results"])
    error_message = "Other buckets or events are announced."
  }
}
