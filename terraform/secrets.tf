# Secrets. Terraform creates empty secrets, and `./secrets` adds the values, so that no plan and no state contains them.
# Versions are pinned: a new version takes effect when `secret_versions` names it, and naming the old one rolls back.

locals {
  # `./secrets` generates all values except the SMTP password, which it asks for.
  secrets = merge(
    {
      access-token-signing-key      = "The private key for signing access tokens, used by auth."
      audit-seal-key                = "The key for sealing the audit log, used by maintenance."
      cursor-keys                   = "The keys for signing the cursors of lists."
      database-password-functions   = "The password of the functions' database login."
      database-password-maintenance = "The password of the database login of maintenance."
      database-password-migrations  = "The password of the migration job's database login."
      mail-token-keys               = "The keys for deriving the tokens in mailed links."
      refresh-token-key             = "The key for deriving refresh tokens."
    },
    var.mail.username == null ? {} : { smtp-password = "The password at the SMTP server." },
  )
  secret_version = { for name in keys(local.secrets) : name => lookup(var.secret_versions, name, "1") }
}

resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id   = each.key
  annotations = { purpose = each.value }
  # A destroyed version can be restored for a week.
  version_destroy_ttl = "604800s"
  deletion_protection = local.protected

  replication {
    auto {}
  }

  depends_on = [time_sleep.apis]
}

# The database connection URLs, built from the passwords above. They are write-only arguments, which no state contains.
locals {
  database_roles = ["functions", "maintenance", "migrations"]
}

resource "google_secret_manager_secret" "database_url" {
  for_each = toset(local.database_roles)

  secret_id           = "database-url-${each.key}"
  annotations         = { purpose = "The database connection URL for ${each.key}." }
  version_destroy_ttl = "604800s"
  deletion_protection = local.protected

  replication {
    auto {}
  }

  depends_on = [time_sleep.apis]
}

ephemeral "google_secret_manager_secret_version" "database_password" {
  for_each = local.database_passwords

  # The name is unknown until the secret exists, so that a plan of an empty project does not read the version.
  secret  = google_secret_manager_secret.this[each.value.secret].name
  version = each.value.version
}

resource "google_secret_manager_secret_version" "database_url" {
  for_each = toset(local.database_roles)

  secret = google_secret_manager_secret.database_url[each.key].id
  secret_data_wo = format("postgres://%s:%s@%s/%s?sslmode=require",
    local.database_user[each.key],
    urlencode(ephemeral.google_secret_manager_secret_version.database_password["${each.key}-${local.database_login}"].secret_data),
    google_sql_database_instance.this.private_ip_address,
    google_sql_database.this.name,
  )
  # A change of host or user (and thus of the login's generation) writes a new version. Terraform cannot compare
  # write-only values, so this number stands for them.
  secret_data_wo_version = parseint(substr(sha256("${google_sql_database_instance.this.private_ip_address} ${local.database_user[each.key]}"), 0, 8), 16)

  # Keeps old versions for revisions that are rolled back to.
  deletion_policy = "ABANDON"
  lifecycle {
    create_before_destroy = true
  }
  # The login must exist before a URL refers to it.
  depends_on = [google_sql_user.login, google_sql_user.migrations]
}
