# Alerts. Each mail contains the meaning and the action. `./inputs-outputs` copies both into README.md.

locals {
  run_requests = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_count\""
  log_metric   = { for name in concat(keys(local.log_metrics), ["outbox_age"]) : name => "metric.type=\"logging.googleapis.com/user/${name}\"" }

  alerts = {
    down = {
      title     = "Platform unreachable"
      meaning   = "For two minutes, an uptime check (`/health`, the access token keys or the 404 response) has failed from at least two regions."
      action    = "Run `curl -i https://DOMAIN/health`: the response names the failing dependency. No response: check DNS and the certificate (`gcloud compute ssl-certificates list`). Database failing: `gcloud sql instances list`. Release within the last hour: roll back."
      severity  = "CRITICAL"
      filter    = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.labels.host=\"${var.domain}\""
      threshold = 1
      duration  = "120s"
      # Counts the regions in which the check fails.
      aligner  = "ALIGN_NEXT_OLDER"
      reducer  = "REDUCE_COUNT_FALSE"
      period   = "60s"
      group_by = ["metric.labels.check_id"]
    }
    server-errors = {
      title       = "High error rate"
      meaning     = "For five minutes, more than 2% of a function's responses were 5xx errors. A push whose dependency is unavailable is a 429, which does not count (see `unacked`). Pub/Sub redelivers failed pushes, so no event is lost."
      action      = "Find the cause in the logs: `gcloud logging read 'resource.labels.service_name=NAME severity>=ERROR' --freshness=1h`. Database failing: see `database-*`. After a release: roll back."
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
      title    = "High latency"
      meaning  = "For ten minutes, 5% of a function's requests took longer than one second."
      action   = "Find slow statements in Query Insights. Many cold starts: raise `min_instances`. `database-cpu` firing: use a larger `tier`."
      severity = "WARNING"
      # Measured at the load balancer, so calls from Pub/Sub and Cloud Scheduler do not count. Event streams are
      # left out because they stay open.
      filter    = "resource.type=\"https_lb_rule\" AND metric.type=\"loadbalancing.googleapis.com/https/backend_latencies\" AND resource.labels.backend_target_name!=\"events\""
      threshold = 1000
      duration  = "600s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_PERCENTILE_95"
      period    = "300s"
      group_by  = ["resource.labels.backend_target_name"]
    }
    unacked = {
      title     = "Unacknowledged messages"
      meaning   = "A message has waited for 15 minutes: its function fails or cannot keep up."
      action    = "Read the logs of the function that the subscription pushes to. `ocr` and `transcription`: check the quotas of Document AI and Speech-to-Text. `email`: check the SMTP server."
      severity  = "WARNING"
      filter    = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      threshold = 900
      duration  = "300s"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      period    = "60s"
      group_by  = ["resource.labels.subscription_id"]
    }
    failed-attempts = {
      title     = "Attempts failing"
      meaning   = "Within 15 minutes, more than ten attempts of a function failed: the service that it calls is down, or refuses the calls. Nothing fails because of that: `maintenance` repeats the work with growing pauses."
      action    = "Read the cause in the logs: `gcloud logging read 'resource.labels.service_name=NAME jsonPayload.message=\"the attempt failed and will be repeated\"' --freshness=1h`. `ocr` and `transcription`: check the status and permissions of Document AI and Speech-to-Text, and whether the processor is enabled. `email`: check the SMTP server. Waiting work resumes within an hour."
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["failed_attempts"]}"
      threshold = 10
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "900s"
      group_by  = ["metric.labels.function"]
    }
    dead-letters = {
      title     = "New dead letter"
      meaning   = "Delivery of a message failed 15 times, over about twelve minutes: its function did not respond, or could not record the failure. The message is stored with its last error. `maintenance` repeats uploads and exports by itself, but not mails."
      action    = "Read the error with `GET /admin/dead-letters`, fix the cause, then replay all that match with `POST /admin/dead-letters/replay?subscription=NAME`, or delete them with `DELETE /admin/dead-letters?subscription=NAME`. Repeat the call until `remaining` is 0."
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
      title     = "Outbox backlog"
      meaning   = "An event has waited for ten minutes to be published. No event is lost: the sweep keeps trying."
      action    = "Find the reason in the logs of `maintenance`: \u201can event was not published\u201d. Usually Pub/Sub is down, or the permission to publish is missing: `terraform plan` shows it."
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["outbox_age"]}"
      threshold = 600
      duration  = "0s"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      period    = "300s"
      group_by  = []
    }
    unpublishable-events = {
      title     = "Event cannot be published"
      meaning   = "For a quarter of an hour, an event could not be published. Other events are not affected. The event stays in the outbox and is tried every hour."
      action    = "Read the reason in the log of `maintenance`: \u201can event cannot be published\u201d. Unknown topic: an older release runs than the one that recorded the event; roll forward. Otherwise check the topic and the permission to publish: `terraform plan` shows what is missing."
      severity  = "ERROR"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["unpublishable_events"]}"
      threshold = 0
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "300s"
      group_by  = ["metric.labels.topic"]
    }
    lost-upload-events = {
      title     = "Missing upload events"
      meaning   = "Within an hour, the task `find-uploads` found more than ten uploads whose event had not arrived. They are processed, but late."
      action    = "Check the bucket's notification (`gcloud storage buckets notifications list gs://PROJECT-uploads`), the topic `uploads`, and Cloud Storage's permission to publish to it: `terraform plan` shows what is missing."
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["lost_upload_events"]}"
      threshold = 10
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "3600s"
      group_by  = []
    }
    refused-mails = {
      title     = "Mails refused"
      meaning   = "Within an hour, the mail server refused more than 50 mails permanently (SMTP 5xx). They are not sent again."
      action    = "Read the logs of `email`: “a mail was refused permanently” with the reply code. Most mails refused: check that the mail server accepts the sender (`mail.from`) and that its domain's SPF and DKIM records are valid. Few mails: someone registers or invites addresses that do not exist; lower `SENDER_MAILS_PER_HOUR`."
      severity  = "WARNING"
      filter    = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["refused_mails"]}"
      threshold = 50
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "3600s"
      group_by  = []
    }
    schedules = {
      title     = "Scheduled task failing"
      meaning   = "A Cloud Scheduler job failed three times within 15 minutes."
      action    = "Read the logs of `maintenance`, filtered by `route`. Fix the cause only: the next run continues where the last one stopped."
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
      title     = "Audit log verification failed"
      meaning   = "The nightly job found changed, removed or inserted rows, or could not run."
      action    = "Read the log of the job `verify-audit`, which lists the rows. Do not repair them. Preserve the evidence: clone the database (`gcloud sql instances clone`), and keep the bucket `PROJECT-audit-seals`."
      severity  = "CRITICAL"
      filter    = "resource.type=\"cloud_run_job\" AND metric.type=\"run.googleapis.com/job/completed_execution_count\" AND resource.labels.job_name=\"verify-audit\" AND metric.labels.result=\"failed\""
      threshold = 0
      duration  = "0s"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      period    = "300s"
      group_by  = []
    }
    sealing = {
      title    = "Audit log not sealed"
      meaning  = "For half an hour, no run of the task `seal-audit` has reached the end of the audit log. Rows without a seal can be changed unnoticed."
      action   = "Read the logs of `maintenance` with the route `/tasks/seal-audit`. No lines: check that the job runs (`gcloud scheduler jobs describe seal-audit`). Lines without “audit sealing caught up”: a transaction stays open, or there are more rows than a run can seal (`pg_stat_activity`)."
      severity = "ERROR"
      filter   = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["seal_runs"]}"
      below    = 1
      duration = "900s"
      aligner  = "ALIGN_DELTA"
      reducer  = "REDUCE_SUM"
      period   = "900s"
      group_by = []
    }
    database-connections = {
      title     = "Database connections near the limit"
      meaning   = "For five minutes, more than 80% of `max_connections` have been in use. Outside a rollout, the functions alone stay far below that."
      action    = "List the clients: `select usename, state, count(*) from pg_stat_activity group by 1, 2`. Look for other clients and for transactions that hang."
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
      title     = "High database CPU"
      meaning   = "For 15 minutes, CPU utilization has been above 85%."
      action    = "Find expensive statements in Query Insights. If they are expected, use a larger `tier` (about a minute of downtime, less with ENTERPRISE_PLUS)."
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
      title     = "Database disk almost full"
      meaning   = "For 15 minutes, the disk has been more than 90% full. It grows automatically, so it fills up too fast or has reached its limit."
      action    = "Find the largest tables (`\\dt+`), and replication slots or long transactions that keep old rows (`pg_stat_activity`)."
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

  display_name = "${var.environment}: ${each.value.title}"
  combiner     = "OR"
  # Before the first release, the services run a placeholder, which fails most checks.
  enabled               = var.released
  severity              = each.value.severity
  notification_channels = local.notification_channels

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter             = each.value.filter
      comparison         = can(each.value.below) ? "COMPARISON_LT" : "COMPARISON_GT"
      threshold_value    = can(each.value.below) ? each.value.below : each.value.threshold
      duration           = each.value.duration
      denominator_filter = try(each.value.denominator, null)
      # Nothing counted is as bad as too little.
      evaluation_missing_data = can(each.value.below) ? "EVALUATION_MISSING_DATA_ACTIVE" : null

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
    content   = "${each.value.meaning}\n\n${each.value.action}\n\nGuide: `terraform/README.md`, alert `${each.key}`."
  }

  depends_on = [time_sleep.metrics]
}
