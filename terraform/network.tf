# The private network. Firewall rules let the functions connect to the database and Redis, and to nothing else in it.

resource "google_compute_network" "this" {
  name                    = "alta-data"
  auto_create_subnetworks = false
  depends_on              = [time_sleep.apis]
}

# Each instance uses an address, and a rollout temporarily doubles the number of instances.
resource "google_compute_subnetwork" "functions" {
  name                     = "functions"
  network                  = google_compute_network.this.id
  region                   = var.region
  ip_cidr_range            = "10.10.0.0/22"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

# Private services access: the address range of Cloud SQL and Memorystore.
resource "google_compute_global_address" "services" {
  name          = "private-services"
  network       = google_compute_network.this.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.20.0.0"
  prefix_length = 20
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.this.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
  # Cloud SQL keeps a deleted instance for days, and meanwhile the connection cannot be deleted
  # (https://github.com/hashicorp/terraform-provider-google/issues/16275). README.md says how to remove the peering.
  deletion_policy = "ABANDON"

  depends_on = [time_sleep.grants]
}

locals {
  services_range = "${google_compute_global_address.services.address}/${google_compute_global_address.services.prefix_length}"
}

# No ingress is needed: requests to Cloud Run do not pass through this network.
resource "google_compute_firewall" "deny_ingress" {
  name      = "deny-ingress"
  network   = google_compute_network.this.id
  direction = "INGRESS"
  priority  = 65000

  source_ranges = ["0.0.0.0/0"]
  deny {
    protocol = "all"
  }
}

resource "google_compute_firewall" "deny_egress" {
  name      = "deny-egress"
  network   = google_compute_network.this.id
  direction = "EGRESS"
  priority  = 65000

  destination_ranges = ["0.0.0.0/0"]
  deny {
    protocol = "all"
  }
}

# PostgreSQL.
resource "google_compute_firewall" "to_database" {
  name      = "to-database"
  network   = google_compute_network.this.id
  direction = "EGRESS"
  priority  = 1000

  target_tags        = ["database-client"]
  destination_ranges = [local.services_range]
  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}

# Only functions that read REDIS_URL have the tag.
resource "google_compute_firewall" "to_redis" {
  name      = "to-redis"
  network   = google_compute_network.this.id
  direction = "EGRESS"
  priority  = 1000

  target_tags        = ["redis-client"]
  destination_ranges = [local.services_range]
  allow {
    protocol = "tcp"
    ports    = ["6378"]
  }
}
