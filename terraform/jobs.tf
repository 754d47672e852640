# Cloud Run jobs: the migrations, and the verification of the audit log.

locals {
  job_network = {
    network    = google_compute_network.this.id
    subnetwork = google_compute_subnetwork.functions.id
  }
}

# Migrates the database before each rollout, and creates the first super admin:
#   gcloud run jobs execute migrations --args=grant-super-admin,ada@example.org
resource "google_cloud_run_v2_job" "migrations" {
  name     = "migrations"
  location = var.region

  deletion_protection = local.protected

  template {
    template {
      service_account = local.emails["migrations"]
      # Adding an index to a large table can take long.
      timeout = "3600s"
      # A failed migration needs a person, not a retry.
      max_retries = 0

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = local.job_network.network
          subnetwork = local.job_network.subnetwork
          tags       = ["database-client"]
        }
      }

      containers {
        image = var.first_image.job

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        env {
          name  = "DATABASE_CA_CERTIFICATE"
          value = local.database_ca_certificate
        }
        env {
          name = "DATABASE_URL"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.database_url["migrations"].secret_id
              version = google_secret_manager_secret_version.database_url["migrations"].version
            }
          }
        }
        # For the link that it mails to a first super admin.
        env {
          name = "MAIL_TOKEN_KEYS"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.this["mail-token-keys"].secret_id
              version = local.secret_version["mail-token-keys"]
            }
          }
        }
      }
    }
  }

  lifecycle {
    # Cloud Build sets the image.
    ignore_changes = [client, client_version, template[0].template[0].containers[0].image]
  }

  depends_on = [time_sleep.grants]
}

# Compares the audit log with its seals. Fails when a row was changed, removed or inserted, and an alert reports it.
resource "google_cloud_run_v2_job" "verify_audit" {
  name     = "verify-audit"
  location = var.region

  deletion_protection = local.protected

  template {
    template {
      service_account = local.emails["fn-maintenance"]
      timeout         = "7200s"
      max_retries     = 1

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = local.job_network.network
          subnetwork = local.job_network.subnetwork
          tags       = ["database-client"]
        }
      }

      containers {
        image = var.first_image.job
        args  = ["verify-audit"]

        resources {
          limits = { cpu = "1", memory = "512Mi" }
        }

        env {
          name  = "DATABASE_CA_CERTIFICATE"
          value = local.database_ca_certificate
        }
        env {
          name = "DATABASE_URL"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.database_url["maintenance"].secret_id
              version = google_secret_manager_secret_version.database_url["maintenance"].version
            }
          }
        }
        env {
          name = "AUDIT_SEAL_KEY"
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.this["audit-seal-key"].secret_id
              version = local.secret_version["audit-seal-key"]
            }
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version, template[0].template[0].containers[0].image]
  }

  depends_on = [time_sleep.grants]
}
