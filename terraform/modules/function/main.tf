# A function, deployed as a Cloud Run service.

resource "google_cloud_run_v2_service" "this" {
  name     = var.name
  location = var.region

  deletion_protection = var.deletion_protection

  # External requests must pass the load balancer. Pub/Sub, Cloud Scheduler and Workflows of this project are internal.
  ingress = var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  # The functions authenticate callers themselves: browsers by the platform's access tokens, Pub/Sub and Cloud Scheduler
  # by Google's ID tokens, accepted only for one account and with the function's name as audience. Cloud Run's own check
  # would remove the signature of ID tokens, so that the function could not verify them
  # (https://cloud.google.com/run/docs/troubleshooting#signature-removed).
  invoker_iam_disabled = true

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency
    # Starts faster than the second generation, whose full Linux compatibility a static binary does not need.
    execution_environment = "EXECUTION_ENVIRONMENT_GEN1"

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    vpc_access {
      # Requests to Google's APIs and to the mail server bypass the network.
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
        # CPU only during requests: functions finish all work before they respond.
        cpu_idle          = true
        startup_cpu_boost = true
      }

      # Waits until the function reaches its database: Direct VPC egress may need a minute or more to connect
      # (https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations).
      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 90
        http_get {
          path = "/health/ready"
        }
      }
      # Checks only the process, so that a short database outage does not restart instances.
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
    # Cloud Build sets the image and moves the traffic.
    ignore_changes = [client, client_version, template[0].containers[0].image, template[0].revision, traffic]

    precondition {
      condition     = alltrue([for name, variable in var.variables : !variable.required || contains(concat(keys(var.environment), keys(var.secrets)), name)])
      error_message = "${var.name} requires ${join(", ", [for name, variable in var.variables : name if variable.required && !contains(concat(keys(var.environment), keys(var.secrets)), name)])}."
    }
    precondition {
      condition     = length(setsubtract(concat(keys(var.environment), keys(var.secrets)), keys(var.variables))) == 0
      error_message = "${var.name} does not read ${join(", ", setsubtract(concat(keys(var.environment), keys(var.secrets)), keys(var.variables)))}."
    }
  }
}
