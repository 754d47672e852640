# Redis: rate limits that instances share, and the summaries' short cache. Nothing is lost with it: without an
# answer each instance counts for itself.

resource "google_redis_instance" "this" {
  #checkov:skip=CKV_GCP_95: the password would stand in the state; the firewall lets only the functions that use it in
  #checkov:skip=CKV_GCP_97: TLS comes with an authority of its own, which the client does not take; what is sent are counters and sums, inside the network
  count = var.redis == null ? 0 : 1

  name           = "alta-data"
  region         = var.region
  tier           = var.redis.tier
  memory_size_gb = var.redis.memory_gb
  redis_version  = "REDIS_7_2"

  authorized_network = google_compute_network.this.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  # Counters that nobody asked for in a while make room for new ones.
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
