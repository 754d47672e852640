# Secrets. Terraform makes their containers; `./secrets` puts the values in, so that none is ever in a plan or a
# state. Versions are pinned: a new one is used when it is named in `secret_versions`, and the old one is a line away.

locals {
  # What each is for. `./secrets` makes a value for each, but for the mail server's password, which it asks for.
  secrets = merge(
    {
      access-token-signing-key      = "The private key that auth signs access tokens with."
      audit-seal-key                = "The key that maintenance seals the audit log with."
      database-password-functions   = "The password of the functions' database login."
      database-password-maintenance = "The password of maintenance's database login."
      database-password-migrations  = "The password of the migration job's database login."
      mail-token-keys               = "The keys that the tokens of mailed links are derived with."
      refresh-token-key             = "The key that refresh tokens are derived with."
    },
    var.mail.username == null ? {} : { smtp-password = "The password at the mail server." },
  )
  secret_version = { for name in keys(local.secrets) : name => lookup(var.secret_versions, name, "1") }
}

resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id   = each.key
  annotations = { purpose = each.value }
  # A version that is destroyed by mistake can be had back for a week.
  version_destroy_ttl = "604800s"
  deletion_protection = var.deletion_protection

  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

# The connection URLs that the functions get, made of the passwords above. Write-only: they are sent, never kept.
locals {
  database_roles = ["functions", "maintenance", "migrations"]
}

resource "google_secret_manager_secret" "database_url" {
  for_each = toset(local.database_roles)

  secret_id           = "database-url-${each.key}"
  annotations         = { purpose = "Where and as whom the database is reached: ${each.key}." }
  version_destroy_ttl = "604800s"
  deletion_protection = var.deletion_protection

  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

ephemeral "google_secret_manager_secret_version" "database_password" {
  for_each = local.database_passwords

  # By a name that is known when the secret is there: a plan for an empty project does not look for it.
  secret  = google_secret_manager_secret.this[each.value.secret].name
  version = each.value.version
}

resource "google_secret_manager_secret_version" "database_url" {
  for_each = toset(local.database_roles)

  secret = google_secret_manager_secret.database_url[each.key].id
  secret_data_wo = format("postgres://%s:%s@%s/%s?sslmode=require",
    local.database_user[each.key],
    urlencode(ephemeral.google_secret_manager_secret_version.database_password["${each.key}-${local.database_login}"].secret_data),
    local.database_host[each.key],
    google_sql_database.this.name,
  )
  # Another host, user or generation makes another version; the number stands for them, since what is written
  # cannot be compared.
  secret_data_wo_version = parseint(substr(sha256("${local.database_host[each.key]} ${local.database_user[each.key]}"), 0, 8), 16)

  # A revision that is rolled back to still finds its own.
  deletion_policy = "ABANDON"
  lifecycle {
    create_before_destroy = true
  }
  # Nobody is told of a login before it works.
  depends_on = [google_sql_user.login, google_sql_user.migrations]
}
