# PostgreSQL: one instance with a private address only.

resource "google_sql_database_instance" "this" {
  #checkov:skip=CKV_GCP_6: every connection is encrypted; a client certificate would be a second secret beside the password
  #checkov:skip=CKV_GCP_108: clients are Cloud Run instances on private addresses, which have no host names
  #checkov:skip=CKV_GCP_110: pgaudit would log statements, which may contain user data; the platform has an audit log of its own
  #checkov:skip=CKV2_GCP_13: log_duration logs a line for each statement; Query Insights records durations without it
  name             = var.database.name
  database_version = "POSTGRES_18"
  region           = var.region

  # Protects against Terraform. deletion_protection_enabled below also protects against the console, gcloud and the API.
  deletion_protection = local.protected

  settings {
    edition                     = var.database.edition
    tier                        = var.database.tier
    availability_type           = var.database.highly_available ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.disk_gb
    disk_autoresize             = true
    deletion_protection_enabled = local.protected
    # Keeps the backups when the instance is deleted.
    retain_backups_on_delete = local.protected

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.this.id
      ssl_mode        = "ENCRYPTED_ONLY"
      # An authority of this instance alone, whose certificates the functions verify the server with.
      server_ca_mode = "GOOGLE_MANAGED_INTERNAL_CA"
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
      # Clients are functions, so their addresses say nothing.
      record_client_address = false
    }

    database_flags {
      name  = "max_connections"
      value = tostring(var.database.max_connections)
    }
    # Log connections, lock waits, checkpoints, schema changes, failed statements and temporary files.
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
    # Statements may contain user data. Query Insights records them without their values.
    database_flags {
      name  = "log_min_duration_statement"
      value = "-1"
    }
    # Ends transactions that a crashed function left open, because event streams and seals wait for the oldest one.
    database_flags {
      name  = "idle_in_transaction_session_timeout"
      value = "60000"
    }
  }

  lifecycle {
    # Cloud SQL grows the disk.
    ignore_changes = [settings[0].disk_size]

    precondition {
      condition     = local.connections.needed <= local.connections.allowed
      error_message = "The functions can open ${local.connections.needed} connections, but only ${local.connections.allowed} are allowed (85% of max_connections). Lower max_instances or database_connections, or use a larger tier."
    }
  }

  depends_on = [google_service_networking_connection.services]
}

locals {
  # Full pools in all instances of all functions, doubled because two revisions run during a rollout, plus two jobs.
  connections = {
    needed  = sum([for name in keys(local.platform.functions) : local.functions[name].max_instances * local.functions[name].database_connections * 2]) + 2 * local.job_connections
    allowed = floor(var.database.max_connections * 0.85)
  }
  # The default maximum of sqlx.
  job_connections = 10
}

resource "google_sql_database" "this" {
  name     = "alta"
  instance = google_sql_database_instance.this.name
  # Deleting the instance deletes the database.
  deletion_policy = "ABANDON"
}

# Roles and logins. Migrations grant table privileges to the roles alta_functions and alta_maintenance. Each generation
# of logins is a member of one of them. `database_roles` is always set: without it, Cloud SQL
# makes a user a member of cloudsqlsuperuser.
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
  # The certificates of the authority: one, or two during a rotation.
  # The provider marks the certificate as sensitive, but it is public.
  database_ca_certificate = nonsensitive(join("\n", google_sql_database_instance.this.server_ca_cert[*].cert))
}

resource "google_sql_user" "role" {
  for_each = toset(["functions", "maintenance"])

  name     = "alta_${each.key}"
  instance = google_sql_database_instance.this.name
  # Any harmless role, so that Cloud SQL does not add cloudsqlsuperuser.
  database_roles = ["pg_read_all_settings"]
  # Cloud SQL creates no PostgreSQL user without a password, although only the logins sign in
  # (https://github.com/hashicorp/terraform-provider-google/issues/4123).
  password_wo         = ephemeral.google_secret_manager_secret_version.database_password["${each.key}-${local.database_login}"].secret_data
  password_wo_version = local.database_login
  # PostgreSQL cannot drop a role that has privileges on tables. Deleting the instance deletes the role.
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

# Owns the schema: creates tables, functions and extensions.
resource "google_sql_user" "migrations" {
  name                = "alta_migrations"
  instance            = google_sql_database_instance.this.name
  database_roles      = ["cloudsqlsuperuser"]
  password_wo         = ephemeral.google_secret_manager_secret_version.database_password["migrations-${local.database_login}"].secret_data
  password_wo_version = local.database_login
  # PostgreSQL cannot drop a role that owns tables.
  deletion_policy = "ABANDON"
}
