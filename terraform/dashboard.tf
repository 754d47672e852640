# A dashboard of traffic, latency, queues, errors and the database.

locals {
  charts = [
    { title = "Requests by function and response class (per second)", filter = local.run_requests, aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", group_by = ["resource.labels.service_name", "metric.labels.response_code_class"] },
    { title = "Latency by function, 95th percentile (ms)", filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_latencies\" AND resource.labels.service_name!=\"events\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", group_by = ["resource.labels.service_name"] },
    { title = "Instances by function", filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/instance_count\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", group_by = ["resource.labels.service_name"] },
    { title = "Memory utilization by function, 99th percentile", filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/container/memory/utilizations\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", group_by = ["resource.labels.service_name"] },
    { title = "Oldest unacknowledged message by subscription (s)", filter = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX", group_by = ["resource.labels.subscription_id"] },
    { title = "Unacknowledged messages by subscription", filter = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"", aligner = "ALIGN_MEAN", reducer = "REDUCE_SUM", group_by = ["resource.labels.subscription_id"] },
    { title = "Failed attempts by function", filter = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["failed_attempts"]}", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = ["metric.labels.function"] },
    { title = "Dead letters by subscription", filter = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["dead_letters"]}", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = ["metric.labels.subscription"] },
    { title = "Oldest event in the outbox (s)", filter = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["outbox_age"]}", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_MAX", group_by = [] },
    { title = "Errors by function", filter = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["errors"]}", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = ["metric.labels.function"] },
    { title = "Audit log seals", filter = "resource.type=\"cloud_run_revision\" AND ${local.log_metric["seals_created"]}", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", group_by = [] },
    { title = "Database connections", filter = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", group_by = [] },
    { title = "Database CPU utilization", filter = "resource.type=\"cloudsql_database\" AND metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\"", aligner = "ALIGN_MEAN", reducer = "REDUCE_MAX", group_by = [] },
  ]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Alta Data, ${var.environment}"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, chart in local.charts : {
          xPos   = 24 * (index % 2)
          yPos   = 16 * floor(index / 2)
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = chart.reducer
                      groupByFields      = chart.group_by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [time_sleep.metrics]
}
