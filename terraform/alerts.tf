# Alerts: each says what is wrong, and README.md what to do about it.

locals {
  run_requests = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_count\""
  log_metric   = { for name in concat(keys(local.log_metrics), ["outbox_age"]) : name => "metric.type=\"logging.googleapis.com/user/${name}\"" }

  alerts = {
    down = {
      title     = "The platform does not answer from outside"
      severity  = "CRITICAL"
      filter    = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.labels.host=\"${var.domain}\""
      threshold = 1
      duration  = "120s"
      # Regions that do not get through.
      aligner  = "ALIGN_NEXT_OLDER"
      reducer  = "REDUCE_COUNT_FALSE"
      period   = "60s"
      group_by = ["metric.labels.check_id"]
    }
    server-errors = {
      title       = "More than 2 % of a function's answers are 5xx"
      severity    = "CRITICAL"
      filter      = "${local.run_requests} AND metric.labels.response_code_class=\"5xx\""
      denominator = local.run_requests
      threshold   = 0.02
      duration    = "300s"
      aligner     = "ALIGN_RATE"
      reducer     = "REDUCE_SUM"
      period      = "300s"
      group_by    = ["resource.labels.service_name"]
    }
    slow = {
      title    = "5 % of a function's requests take longer than a second"
      severity = "WARNING"
      # Streams last as long as they are read; a call of an AI service takes what it takes.
      filter    = "resource.type=\"https_lb_rule\" AND metric.type=\"loadbalancing.googleapis.com/https/backend_latencies\" AND resource.labels.backend_target_name!=\"events\""
      threshold = 1000
      duration  = "600s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_PERCENTILE_95"
      period    = "300s"
      group_by  = ["resource.labels.backend_target_name"]
    }
    unacked = {
      title     = "A message has been waiting for 15 minutes"
      severity  = "WARNING"
      filter    = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      threshold = 900
      duration  = "300s"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      period    = "60s"
      group_by  = ["resource.labels.subscription_id"]
    }
    dead-letters = {
      title     = "A message was given up"
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["dead_letters"]}"
      threshold = 0
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "300s"
      group_by  = ["metric.labels.subscription"]
    }
    outbox = {
      title     = "An event has been in the outbox for 10 minutes"
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["outbox_age"]}"
      threshold = 600
      duration  = "0s"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      period    = "300s"
      group_by  = []
    }
    lost-announcements = {
      title     = "Uploads are found that were not announced"
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["lost_announcements"]}"
      threshold = 10
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "3600s"
      group_by  = []
    }
    schedules = {
      title     = "A task of maintenance fails again and again"
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_scheduler_job\" AND ${local.log_metric["failed_schedules"]}"
      threshold = 2
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "900s"
      group_by  = ["metric.labels.job"]
    }
    audit = {
      title     = "The audit log does not agree with its seals"
      severity  = "CRITICAL"
      filter    = "resource.type=\"cloud_run_job\" AND metric.type=\"run.googleapis.com/job/completed_execution_count\" AND resource.labels.job_name=\"verify-audit\" AND metric.labels.result=\"failed\""
      threshold = 0
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "300s"
      group_by  = []
    }
    database-connections = {
      title     = "The database's connections run out"
      severity  = "CRITICAL"
      filter    = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\""
      threshold = var.database.max_connections * 0.8
      duration  = "300s"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      period    = "60s"
      group_by  = ["resource.labels.database_id"]
    }
    database-cpu = {
      title     = "The database's processors are busy"
      severity  = "WARNING"
      filter    = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\""
      threshold = 0.85
      duration  = "900s"
      aligner   = "ALIGN_MEAN"
      reducer   = "REDUCE_MAX"
      period    = "300s"
      group_by  = []
    }
    database-disk = {
      title     = "The database's disk fills up"
      severity  = "ERROR"
      filter    = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database/disk/utilization\""
      threshold = 0.9
      duration  = "900s"
      aligner   = "ALIGN_MEAN"
      reducer   = "REDUCE_MAX"
      period    = "300s"
      group_by  = []
    }
  }
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.alerts

  display_name          = "${var.environment}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.notification_channels

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter             = each.value.filter
      comparison         = "COMPARISON_GT"
      threshold_value    = each.value.threshold
      duration           = each.value.duration
      denominator_filter = try(each.value.denominator, null)

      aggregations {
        alignment_period     = each.value.period
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.group_by
      }
      dynamic "denominator_aggregations" {
        for_each = can(each.value.denominator) ? [true] : []
        content {
          alignment_period     = each.value.period
          per_series_aligner   = each.value.aligner
          cross_series_reducer = each.value.reducer
          group_by_fields      = each.value.group_by
        }
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    subject   = "Alta Data, ${var.environment}: ${each.value.title}"
    mime_type = "text/markdown"
    content   = "What to do: `terraform/README.md`, \u201cAlerts\u201d, `${each.key}`."
  }

  depends_on = [google_logging_metric.count, google_logging_metric.outbox_age]
}
