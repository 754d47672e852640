# PostgreSQL: one instance, reached by a private address only.

resource "google_sql_database_instance" "this" {
  #checkov:skip=CKV_GCP_6: every connection is encrypted; a client certificate would be a second secret beside the password
  #checkov:skip=CKV_GCP_108: clients are instances of Cloud Run on private addresses, which have no names
  #checkov:skip=CKV2_GCP_13: log_duration logs a line for each statement; query insights keep durations without
  name             = var.database.name
  database_version = "POSTGRES_18"
  region           = var.region

  # Here, and in the API, for whoever does not come through Terraform.
  deletion_protection = var.deletion_protection

  settings {
    edition                     = var.database.edition
    tier                        = var.database.tier
    availability_type           = var.database.highly_available ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.disk_gb
    disk_autoresize             = true
    deletion_protection_enabled = var.deletion_protection
    # Backups outlive an instance that is deleted.
    retain_backups_on_delete = var.deletion_protection

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.this.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "01:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = var.database.transaction_log_days
      backup_retention_settings {
        retained_backups = var.database.backups
      }
    }

    maintenance_window {
      day          = 7
      hour         = var.database.maintenance_window_hour
      update_track = var.database.maintenance_update_track
    }

    insights_config {
      query_insights_enabled  = true
      query_plans_per_minute  = var.database.query_insights_plans
      query_string_length     = 1024
      record_application_tags = false
      # Addresses here are the functions' own.
      record_client_address = false
    }

    dynamic "connection_pool_config" {
      for_each = var.database.pooling ? [true] : []
      content {
        connection_pooling_enabled = true
        flags {
          name  = "pool_mode"
          value = "transaction"
        }
      }
    }

    database_flags {
      name  = "max_connections"
      value = tostring(var.database.max_connections)
    }
    # Who connects, what waits, and what changes the schema.
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }
    database_flags {
      name  = "log_temp_files"
      value = "0"
    }
    # Statements hold what people wrote: query insights keep them without their values.
    database_flags {
      name  = "log_min_duration_statement"
      value = "-1"
    }
    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }
    # A function that died with its transaction open holds up nobody for long: event streams and seals wait for the oldest.
    database_flags {
      name  = "idle_in_transaction_session_timeout"
      value = "60000"
    }
  }

  lifecycle {
    # The disk grows by itself.
    ignore_changes = [settings[0].disk_size]

    precondition {
      condition     = local.connections.needed <= local.connections.allowed
      error_message = "The functions could open ${local.connections.needed} connections, and ${local.connections.allowed} are allowed (85 % of max_connections): lower max_instances or database_connections, or take a larger tier."
    }
  }

  depends_on = [google_service_networking_connection.services]
}

locals {
  # Every instance of every function with its pool full, twice over while a roll-out lasts, and the two jobs.
  connections = {
    needed  = sum([for name in keys(local.platform.functions) : local.functions[name].max_instances * local.functions[name].database_connections * 2]) + 2 * local.job_connections
    allowed = floor(var.database.max_connections * 0.85)
  }
  # What sqlx opens at most where nothing else is said.
  job_connections = 10
}

resource "google_sql_database" "this" {
  name     = "alta"
  instance = google_sql_database_instance.this.name
  # The database goes with its instance.
  deletion_policy = "ABANDON"
}

# Logins. A migration grants the roles alta_functions and alta_maintenance what they may do, and nobody can sign in as
# them, for want of a password; each generation of logins belongs to one of them. Without `database_roles` Cloud SQL
# would make every one a superuser of its kind.
locals {
  database_login = var.database_logins[length(var.database_logins) - 1]

  database_logins = {
    for pair in setproduct(["functions", "maintenance"], var.database_logins) :
    "${pair[0]}-${pair[1]}" => { role = pair[0], generation = pair[1] }
  }
  database_passwords = merge(
    { for key, login in local.database_logins : key => { secret = "database-password-${login.role}", version = login.generation } },
    { "migrations-${local.database_login}" = { secret = "database-password-migrations", version = local.database_login } },
  )
  database_user = {
    functions   = google_sql_user.login["functions-${local.database_login}"].name
    maintenance = google_sql_user.login["maintenance-${local.database_login}"].name
    migrations  = google_sql_user.migrations.name
  }
  # Migrations hold an advisory lock for a session, which a pool of transactions cannot.
  database_host = {
    functions   = "${google_sql_database_instance.this.private_ip_address}:${var.database.pooling ? 6432 : 5432}"
    maintenance = "${google_sql_database_instance.this.private_ip_address}:${var.database.pooling ? 6432 : 5432}"
    migrations  = "${google_sql_database_instance.this.private_ip_address}:5432"
  }
}

resource "google_sql_user" "role" {
  for_each = toset(["functions", "maintenance"])

  name     = "alta_${each.key}"
  instance = google_sql_database_instance.this.name
  # Something, so that it is not everything: the settings that any role may read.
  database_roles = ["pg_read_all_settings"]
  # It is granted tables, and goes with its instance.
  deletion_policy = "ABANDON"
}

resource "google_sql_user" "login" {
  for_each = local.database_logins

  name                = "alta_${each.value.role}_${each.value.generation}"
  instance            = google_sql_database_instance.this.name
  database_roles      = [google_sql_user.role[each.value.role].name]
  password_wo         = ephemeral.google_secret_manager_secret_version.database_password[each.key].secret_data
  password_wo_version = each.value.generation
}

# Owns the schema: makes tables, functions and extensions.
resource "google_sql_user" "migrations" {
  name                = "alta_migrations"
  instance            = google_sql_database_instance.this.name
  database_roles      = ["cloudsqlsuperuser"]
  password_wo         = ephemeral.google_secret_manager_secret_version.database_password["migrations-${local.database_login}"].secret_data
  password_wo_version = local.database_login
  # Its tables would have to go first.
  deletion_policy = "ABANDON"
}
