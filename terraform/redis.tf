# Redis: shared rate limits, and a short cache of analytics summaries. It is optional: without it, each instance counts
# rate limits on its own.

resource "google_redis_instance" "this" {
  #checkov:skip=CKV_GCP_95: the password would be stored in the state; the firewall admits only functions that use Redis
  #checkov:skip=CKV_GCP_97: Memorystore's TLS uses its own CA, which the client does not support; only counters and sums are sent, inside the network
  count = var.redis == null ? 0 : 1

  name           = "alta-data"
  region         = var.region
  tier           = var.redis.tier
  memory_size_gb = var.redis.memory_gb
  redis_version  = "REDIS_7_2"

  authorized_network = google_compute_network.this.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  # Evicts the least recently used counters.
  redis_configs = { maxmemory-policy = "volatile-lru" }

  deletion_protection = var.deletion_protection

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
  redis_url = one([for redis in google_redis_instance.this : "redis://${redis.host}:${redis.port}"])
}
