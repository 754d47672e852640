# Monitoring: notification channels, uptime checks, metrics from logs, and the budget.

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [time_sleep.apis]
}

locals {
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

# Uptime checks through the load balancer, as a browser would request it.
resource "google_monitoring_uptime_check_config" "this" {
  for_each = {
    health  = { path = "/health", status = 200 }
    keys    = { path = "/.well-known/jwks.json", status = 200 }
    nothing = { path = "/nothing/owns/this", status = 404 } # the load balancer's default leads to a function
  }

  display_name = each.key
  period       = "60s"
  timeout      = "10s"

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = var.domain }
  }

  http_check {
    path         = each.value.path
    port         = 443
    use_ssl      = true
    validate_ssl = true
    accepted_response_status_codes {
      status_value = each.value.status
    }
  }

  depends_on = [time_sleep.apis]
}

# Metrics counted from log lines.
locals {
  log_metrics = {
    # One line for each dead letter, however many messages about the same work it stands for.
    dead_letters = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"dead letter stored\""
      labels = { subscription = "EXTRACT(jsonPayload.subscription)" }
    }
    # One line for each upload whose event did not arrive, because a notification or a topic is broken.
    lost_upload_events = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"lost upload event published\""
      labels = {}
    }
    # One line for each mail that the mail server permanently refuses.
    refused_mails = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"a mail was refused permanently\""
      labels = { code = "EXTRACT(jsonPayload.code)" }
    }
    # One line for each failed attempt to process an upload, to write a step of an export, or to send a mail.
    failed_attempts = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"the attempt failed and will be repeated\""
      labels = { function = "EXTRACT(jsonPayload.function)" }
    }
    # One line for each attempt to publish an event that has failed for a quarter of an hour.
    unpublishable_events = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"an event cannot be published\""
      labels = { topic = "EXTRACT(jsonPayload.topic)" }
    }
    # One line for each internal error.
    errors = {
      filter = "resource.type=\"cloud_run_revision\" severity>=ERROR jsonPayload.function:*"
      labels = { function = "EXTRACT(jsonPayload.function)" }
    }
    failed_schedules = {
      filter = "resource.type=\"cloud_scheduler_job\" severity>=ERROR"
      labels = { job = "EXTRACT(resource.labels.job_id)" }
    }
    # One line for each run of the task `seal-audit` that reached the end of the audit log.
    seal_runs = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"audit sealing caught up\""
      labels = {}
    }
    # One line for each seal.
    seals_created = {
      filter = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"audit seal created\""
      labels = {}
    }
  }
}

resource "google_logging_metric" "count" {
  for_each = local.log_metrics

  name   = each.key
  filter = each.value.filter

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.key
        value_type = "STRING"
      }
    }
  }
  label_extractors = each.value.labels

  depends_on = [time_sleep.apis]
}

# The age of the oldest event that the outbox sweep found.
resource "google_logging_metric" "outbox_age" {
  name            = "outbox_age"
  filter          = "resource.type=\"cloud_run_revision\" jsonPayload.message=\"the outbox was swept\""
  value_extractor = "EXTRACT(jsonPayload.oldestSeconds)"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "s"
  }

  bucket_options {
    exponential_buckets {
      growth_factor      = 2
      num_finite_buckets = 20
      scale              = 1
    }
  }

  depends_on = [time_sleep.apis]
}

# An alert on a new metric is rejected with 404 for up to ten minutes
# (https://github.com/hashicorp/terraform-provider-google/issues/11102). The database takes longer, so an apply does not.
resource "time_sleep" "metrics" {
  create_duration = "660s"
  triggers        = { metrics = join(" ", sort(concat(keys(google_logging_metric.count), [google_logging_metric.outbox_age.name]))) }

  depends_on = [google_logging_metric.count, google_logging_metric.outbox_age]
}

# Budget

resource "google_billing_budget" "this" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = "Alta Data, ${var.environment}"

  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }
  amount {
    specified_amount {
      currency_code = var.budget.currency
      units         = tostring(var.budget.amount)
    }
  }

  threshold_rules {
    threshold_percent = 0.5
  }
  threshold_rules {
    threshold_percent = 0.9
  }
  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = local.notification_channels
    disable_default_iam_recipients   = false
  }

  depends_on = [time_sleep.apis]
}
