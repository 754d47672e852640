# The functions: one Cloud Run service each, with exactly the environment variables that its code reads.

locals {
  # Settings that differ between functions but not between environments.
  function_traits = {
    # Each password hash needs 19 MiB; two run at the same time.
    auth  = { concurrency = 40 }
    users = { concurrency = 40, timeout_seconds = 900 } # streams the account data export
    # Streams are idle most of the time, and the function ends them before Cloud Run would.
    events = { concurrency = 1000, memory = "512Mi", timeout_seconds = 3600 }
    admin  = { concurrency = 40, timeout_seconds = 3600 } # streams the audit log export
    # The whole result for a document or voice sample is held in memory.
    ocr           = { concurrency = 10, memory = "512Mi" }
    transcription = { concurrency = 10, memory = "512Mi" }
    email         = { concurrency = 20 }
    export        = { concurrency = 4, memory = "512Mi" }
    maintenance   = { concurrency = 10 }
  }

  functions = {
    for name, function in local.platform.functions : name => {
      concurrency = try(local.function_traits[name].concurrency, 80)
      memory      = try(local.function_traits[name].memory, "256Mi")
      # Longer than the function's own timeout, whose response names the cause.
      timeout_seconds      = try(local.function_traits[name].timeout_seconds, function.request_timeout_seconds + 15)
      min_instances        = try(var.functions[name].min_instances, 0)
      max_instances        = try(var.functions[name].max_instances, 1)
      database_connections = coalesce(try(var.functions[name].database_connections, null), tonumber(function.variables["DATABASE_MAX_CONNECTIONS"].default))
    }
  }

  # Seals reach their bucket as log lines (logging.tf), so these are written at every log level.
  seal_log = "maintenance::seal_audit=info"

  # All variables that the platform can set, by function; `environment` below selects those that a function reads.
  # Whether a variable is set must not depend on values known only after apply, so that a plan shows the full set.
  values = {
    for name in keys(local.platform.functions) : name => merge(
      {
        LOG                      = name == "maintenance" ? "${var.log_level},${local.seal_log}" : var.log_level
        GOOGLE_CLOUD_PROJECT     = var.project
        REQUEST_TIMEOUT          = tostring(local.platform.functions[name].request_timeout_seconds)
        DATABASE_MAX_CONNECTIONS = tostring(local.functions[name].database_connections)
        DATABASE_CA_CERTIFICATE  = local.database_ca_certificate

        ACCESS_TOKEN_ISSUER = local.origin
        ACCESS_TOKEN_JWKS = jsonencode({
          keys = [for key in var.access_token_keys : { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = key.kid, x = key.x, y = key.y }]
        })
        PASSKEY_RP_ID   = local.passkey_rp_id
        PASSKEY_ORIGINS = join(",", local.page_origins)

        PUBSUB_PROJECT       = var.project
        PUSH_AUDIENCE        = name
        PUSH_SERVICE_ACCOUNT = local.emails["pushes"]

        UPLOADS_BUCKET = local.buckets["uploads"]
        RESULTS_BUCKET = local.buckets["results"]
        EXPORTS_BUCKET = local.buckets["exports"]

        DOCUMENTAI_PROCESSOR = google_document_ai_processor.ocr.id
        SPEECH_RECOGNIZER    = "projects/${var.project}/locations/${var.ai_location}/recognizers/_"
        DEFAULT_LANGUAGE     = var.default_language
        OPERATION_HOURS      = tostring(var.operation_hours)

        MAIL_FROM    = var.mail.from
        FRONTEND_URL = local.frontend_url
        SMTP_HOST    = var.mail.host
        SMTP_PORT    = tostring(var.mail.port)
        SMTP_TLS     = var.mail.tls

        REGISTRATION = var.registration

        RETENTION_DAYS       = tostring(var.retention_days)
        AUDIT_RETENTION_DAYS = tostring(var.audit_retention_days)
      },
      { for name, limit in var.limits : upper(name) => tostring(limit) if limit != null },
      { for name, quota in var.engine_quotas : upper(name) => tostring(quota) if quota != null },
      var.documentai_processor_version == null ? {} : { DOCUMENTAI_PROCESSOR_VERSION = var.documentai_processor_version },
      # The load balancer appends two addresses to X-Forwarded-For: the client's, then its own.
      contains(local.http_functions, name) ? { CORS_ORIGINS = join(",", local.page_origins), TRUSTED_PROXY_HOPS = "2" } : {},
      var.redis == null ? {} : { REDIS_CA_CERTIFICATE = local.redis_ca_certificate },
      var.mail.username == null ? {} : { SMTP_USERNAME = var.mail.username },
    )
  }

  # The same for variables whose values are in Secret Manager.
  secret_values = {
    for name in keys(local.platform.functions) : name => merge(
      {
        DATABASE_URL             = "database-url-${trimprefix(local.platform.functions[name].database_role, "alta_")}"
        ACCESS_TOKEN_SIGNING_KEY = "access-token-signing-key"
        REFRESH_TOKEN_KEY        = "refresh-token-key"
        MAIL_TOKEN_KEYS          = "mail-token-keys"
        AUDIT_SEAL_KEY           = "audit-seal-key"
        CURSOR_KEYS              = "cursor-keys"
      },
      var.mail.username == null ? {} : { SMTP_PASSWORD = "smtp-password" },
      var.redis == null ? {} : { REDIS_URL = "redis-url" },
    )
  }

  environment = {
    for name, function in local.platform.functions : name =>
    { for variable, value in local.values[name] : variable => value if contains(keys(function.variables), variable) }
  }
  function_secrets = {
    for name, function in local.platform.functions : name =>
    { for variable, secret in local.secret_values[name] : variable => secret if contains(keys(function.variables), variable) }
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name                 = each.key
  region               = var.region
  project_number       = data.google_project.this.number
  image                = var.first_image.service
  service_account      = local.emails["fn-${each.key}"]
  behind_load_balancer = contains(local.http_functions, each.key)

  variables   = local.platform.functions[each.key].variables
  environment = local.environment[each.key]
  secrets = {
    for variable, secret in local.function_secrets[each.key] : variable => {
      secret = secret
      version = (
        startswith(secret, "database-url-") ? google_secret_manager_secret_version.database_url[trimprefix(secret, "database-url-")].version :
        secret == "redis-url" ? one(google_secret_manager_secret_version.redis_url[*].version) : local.secret_version[secret]
      )
    }
  }

  network = {
    network    = google_compute_network.this.id
    subnetwork = google_compute_subnetwork.functions.id
    tags       = concat(["database-client"], contains(keys(local.function_secrets[each.key]), "REDIS_URL") ? ["redis-client"] : [])
  }

  min_instances       = each.value.min_instances
  max_instances       = each.value.max_instances
  concurrency         = each.value.concurrency
  memory              = each.value.memory
  timeout_seconds     = each.value.timeout_seconds
  deletion_protection = local.protected

  # A revision does not start unless its account can read its secrets.
  depends_on = [time_sleep.grants]
}
