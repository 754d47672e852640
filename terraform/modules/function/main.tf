# One function: one Cloud Run service.

resource "google_cloud_run_v2_service" "this" {
  name     = var.name
  location = var.region

  deletion_protection = var.deletion_protection

  # From outside only through the load balancer; Pub/Sub, Cloud Scheduler and Workflows of this project count as
  # internal.
  ingress = var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  # The functions check who calls: browsers by the platform's tokens, Pub/Sub and Cloud Scheduler by Google's, of which
  # each takes only one account's for its own name. Cloud Run would check Google's only by taking their signature away,
  # before the function could (https://cloud.google.com/run/docs/troubleshooting#signature-removed).
  invoker_iam_disabled = true

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency
    # Starts faster than the second generation, whose full Linux a static binary has no use for.
    execution_environment = "EXECUTION_ENVIRONMENT_GEN1"

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    vpc_access {
      # Google's APIs and the mail server are reached directly.
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = var.network.network
        subnetwork = var.network.subnetwork
        tags       = var.network.tags
      }
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits = { cpu = "1", memory = var.memory }
        # Work is done before the answer, so that none is left for later.
        cpu_idle          = true
        startup_cpu_boost = true
      }

      # The process alone: a database that is away for a moment is no reason to start anew.
      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 30
        http_get {
          path = "/health/live"
        }
      }
      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3
        http_get {
          path = "/health/live"
        }
      }

      dynamic "env" {
        for_each = var.environment
        content {
          name  = env.key
          value = env.value
        }
      }
      dynamic "env" {
        for_each = var.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value.secret
              version = env.value.version
            }
          }
        }
      }
    }
  }

  lifecycle {
    # Cloud Build rolls out releases, and moves the traffic.
    ignore_changes = [client, client_version, template[0].containers[0].image, template[0].revision, traffic]

    precondition {
      condition     = alltrue([for name, variable in var.variables : !variable.required || contains(concat(keys(var.environment), keys(var.secrets)), name)])
      error_message = "${var.name} would not start without ${join(", ", [for name, variable in var.variables : name if variable.required && !contains(concat(keys(var.environment), keys(var.secrets)), name)])}."
    }
    precondition {
      condition     = length(setsubtract(concat(keys(var.environment), keys(var.secrets)), keys(var.variables))) == 0
      error_message = "${var.name} does not read ${join(", ", setsubtract(concat(keys(var.environment), keys(var.secrets)), keys(var.variables)))}."
    }
  }
}
