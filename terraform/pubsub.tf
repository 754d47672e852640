# Topics, and subscriptions that push to functions.

resource "google_pubsub_topic" "this" {
  #checkov:skip=CKV_GCP_83: messages contain ids and a version, never rows or secrets; Google-managed keys encrypt them
  for_each = toset(local.platform.topics)

  name = each.key
  # A subscription can replay the messages of the last week (gcloud pubsub subscriptions seek).
  message_retention_duration = "604800s"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [time_sleep.apis]
}

locals {
  # Built from names, so that a plan knows the ids before the topics exist.
  topic_ids     = { for name, topic in google_pubsub_topic.this : name => "projects/${var.project}/topics/${topic.name}" }
  subscriptions = { for subscription in local.platform.subscriptions : subscription.name => subscription }
}

resource "google_pubsub_subscription" "this" {
  for_each = local.subscriptions

  name   = each.key
  topic  = local.topic_ids[each.value.topic]
  filter = each.value.filter

  ack_deadline_seconds       = local.platform.delivery.ack_deadline_seconds
  message_retention_duration = "604800s"

  # Never expires, even when unused.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${local.platform.delivery.minimum_backoff_seconds}s"
    maximum_backoff = "${local.platform.delivery.maximum_backoff_seconds}s"
  }

  push_config {
    push_endpoint = "${module.function[each.value.function].uri}${each.value.path}"
    # The audience is the function's name, so a token for one function is invalid at another.
    oidc_token {
      service_account_email = local.emails["pushes"]
      audience              = each.value.function
    }
  }

  dynamic "dead_letter_policy" {
    for_each = each.value.dead_letters ? [true] : []
    content {
      dead_letter_topic     = local.topic_ids["dead-letters"]
      max_delivery_attempts = local.platform.delivery.max_delivery_attempts
    }
  }
}
