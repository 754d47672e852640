# Redis: shared rate limits, and a short cache of analytics summaries. It is optional: without it, each instance counts
# rate limits on its own.

resource "google_redis_instance" "this" {
  count = var.redis == null ? 0 : 1

  name           = "alta-data"
  region         = var.region
  tier           = var.redis.tier
  memory_size_gb = var.redis.memory_gb
  redis_version  = "REDIS_7_2"

  authorized_network = google_compute_network.this.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"

  # The functions verify the server with the instance's own authority, and the server verifies their password. Memorystore
  # creates the password, so the state contains it. It protects counters and sums that may be lost.
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  auth_enabled            = true

  # Evicts the least recently used counters.
  redis_configs = { maxmemory-policy = "volatile-lru" }

  deletion_protection = local.protected

  maintenance_policy {
    weekly_maintenance_window {
      day = "SUNDAY"
      start_time {
        hours   = var.database.maintenance_window_hour
        minutes = 0
        seconds = 0
        nanos   = 0
      }
    }
  }

  depends_on = [google_service_networking_connection.services]
}

locals {
  # As for the database.
  redis_ca_certificate = nonsensitive(join("\n", flatten([for redis in google_redis_instance.this : redis.server_ca_certs[*].cert])))
}

resource "google_secret_manager_secret" "redis_url" {
  count = var.redis == null ? 0 : 1

  secret_id           = "redis-url"
  annotations         = { purpose = "The URL of Redis, with its password." }
  version_destroy_ttl = "604800s"
  deletion_protection = local.protected

  replication {
    auto {}
  }

  depends_on = [time_sleep.apis]
}

resource "google_secret_manager_secret_version" "redis_url" {
  count = length(google_secret_manager_secret.redis_url)

  secret      = google_secret_manager_secret.redis_url[count.index].id
  secret_data = "rediss://:${urlencode(google_redis_instance.this[count.index].auth_string)}@${google_redis_instance.this[count.index].host}:${google_redis_instance.this[count.index].port}"

  # Keeps old versions for revisions that are rolled back to.
  deletion_policy = "ABANDON"
  lifecycle {
    create_before_destroy = true
  }
}
