# Where

variable "project" {
  description = "The Google Cloud project: one for each environment, since topics and services have fixed names."
  type        = string
}

variable "environment" {
  description = "What the environment is called, on labels and in alerts."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,20}$", var.environment))
    error_message = "The environment is a short name of small letters, digits and hyphens."
  }
}

variable "region" {
  description = "The region of everything but the AI services."
  type        = string
  default     = "europe-west4"
}

variable "ai_location" {
  description = "Where Document AI and Speech-to-Text process: `eu` or `us`; the buckets' contents are read there."
  type        = string
  default     = "eu"

  validation {
    condition     = contains(["eu", "us"], var.ai_location)
    error_message = "Document AI's text recognition and Speech-to-Text have the locations eu and us in common."
  }
}

variable "deletion_protection" {
  description = "Whether the database, its cache and the services refuse to be destroyed, and buckets that hold objects too."
  type        = bool
  default     = true
}

# Who reaches it, and how

variable "domain" {
  description = "The domain that the platform answers at; its A and AAAA records are to lead to the outputs' addresses."
  type        = string
}

variable "reference_page" {
  description = "Whether the reference page is served beside the interface; without it `frontend_url` is another origin."
  type        = bool
  default     = false
}

variable "frontend_url" {
  description = "Where the links in mails lead: the origin of the web application; null for the reference page."
  type        = string
  default     = null

  validation {
    condition     = var.frontend_url != null || var.reference_page
    error_message = "Without the reference page, links in mails need an origin to lead to: set frontend_url."
  }
  validation {
    condition     = var.frontend_url == null || can(regex("^https://[^/]+$", var.frontend_url))
    error_message = "Expected an origin: https:// and a host, without a path."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the functions and upload to the buckets, beside the platform's own."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "Expected origins, such as https://app.example.com: no path, no wildcard."
  }
}

variable "passkey_rp_id" {
  description = "The relying party's id of passkeys: the domain of the pages, or one above it; null for the host of `frontend_url`. Another value later makes every passkey useless."
  type        = string
  default     = null
}

variable "cloud_armor" {
  description = "Whether Cloud Armor stands before the functions: rate limits by address, and OWASP's rules."
  type        = bool
  default     = true
}

variable "requests_per_minute" {
  description = "Requests a minute from one address, over all functions, that Cloud Armor lets pass."
  type        = number
  default     = 1200
}

# The functions

variable "functions" {
  description = "How large each function may grow: to one instance, unless it is named here. `database_connections` is the pool of one instance."
  type = map(object({
    min_instances        = optional(number, 0)
    max_instances        = number
    database_connections = optional(number)
  }))

  validation {
    condition     = alltrue([for function in var.functions : function.max_instances >= 1 && function.min_instances <= function.max_instances])
    error_message = "A function has at least one instance at most, and no more at least than at most."
  }
}

variable "first_image" {
  description = "What services and jobs run until Cloud Build rolls out the first release."
  type        = object({ service = string, job = string })
  default = {
    service = "us-docker.pkg.dev/cloudrun/container/hello"
    job     = "us-docker.pkg.dev/cloudrun/container/job"
  }
}

variable "log_level" {
  description = "What the functions log, in the syntax of tracing's `EnvFilter`."
  type        = string
  default     = "info"
}

variable "retention_days" {
  description = "How long what was deleted is kept before it is erased for good."
  type        = number
  default     = 30
}

variable "audit_retention_days" {
  description = "How long the audit log is kept, its seals in their locked bucket included."
  type        = number
  default     = 730
}

variable "default_language" {
  description = "The language (BCP 47) of voice samples where neither they nor their project name one."
  type        = string
  default     = "en-US"
}

variable "mail" {
  description = "The SMTP server, and who mails come from. With a `username`, its password is the secret `smtp-password`."
  type = object({
    from     = string
    host     = string
    port     = optional(number, 587)
    tls      = optional(string, "starttls")
    username = optional(string)
  })

  validation {
    condition     = contains(["starttls", "tls"], var.mail.tls)
    error_message = "Mails leave the platform's network: tls is starttls or tls."
  }
}

# Secrets

variable "access_token_keys" {
  description = "The public keys of access tokens, which `./secrets` prints: the present one, and the next or the last one while a rotation lasts."
  type        = list(object({ kid = string, x = string, y = string }))

  validation {
    condition     = length(var.access_token_keys) >= 1 && length(var.access_token_keys) <= 2
    error_message = "One key, or two while a rotation lasts."
  }
  validation {
    condition     = alltrue([for key in var.access_token_keys : can(regex("^[A-Za-z0-9_-]{43}$", key.x)) && can(regex("^[A-Za-z0-9_-]{43}$", key.y)) && length(key.kid) > 0])
    error_message = "x and y are the coordinates of a P-256 key: 43 characters of base64url each."
  }
  validation {
    condition     = length(distinct(var.access_token_keys[*].kid)) == length(var.access_token_keys)
    error_message = "Each key has a kid of its own."
  }
}

variable "secret_versions" {
  description = "The version of each secret that is used, where it is not the first."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "A version is a number; `latest` would change under running services."
  }
}

variable "database_logins" {
  description = "The generations of the database's logins that exist; the last one is used. Each is a version of the secrets `database-password-*`."
  type        = list(string)
  default     = ["1"]

  validation {
    condition     = length(var.database_logins) >= 1 && alltrue([for login in var.database_logins : can(regex("^[1-9][0-9]*$", login))])
    error_message = "Expected numbers, such as [\"1\"], or [\"1\", \"2\"] while a rotation lasts."
  }
}

# The database and its cache

variable "database" {
  description = "The PostgreSQL instance; another `name` is that of one that was restored. `max_connections` is what its memory allows; `pooling` needs ENTERPRISE_PLUS."
  type = object({
    name                     = optional(string, "alta-data")
    edition                  = optional(string, "ENTERPRISE")
    tier                     = string
    highly_available         = bool
    disk_gb                  = optional(number, 10)
    max_connections          = number
    pooling                  = optional(bool, false)
    backups                  = optional(number, 7)
    transaction_log_days     = optional(number, 7)
    query_insights_plans     = optional(number, 5)
    maintenance_window_hour  = optional(number, 3)
    maintenance_update_track = optional(string, "stable")
  })

  validation {
    condition     = !var.database.pooling || var.database.edition == "ENTERPRISE_PLUS"
    error_message = "Only the edition ENTERPRISE_PLUS has managed connection pooling."
  }
}

variable "redis" {
  description = "The Redis instance that rate limits and summaries are shared in; null for none: each instance then counts for itself."
  type = object({
    tier      = string
    memory_gb = number
  })
  default = null
}

# Storage

variable "bucket_kms_key" {
  description = "A key of Cloud KMS (`projects/…/cryptoKeys/…`) that the buckets encrypt with; null for Google's own keys."
  type        = string
  default     = null
}

variable "soft_delete_days" {
  description = "For how many days a deleted object of the uploads bucket can be had back; 0 for not at all."
  type        = number
  default     = 7

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "Cloud Storage keeps deleted objects for 7 to 90 days, or not at all."
  }
}

variable "seals_locked" {
  description = "Whether the retention of the audit log's seals is locked: for good, so false only where an environment is thrown away."
  type        = bool
  default     = true
}

# Operations

variable "alert_emails" {
  description = "Who is mailed when something needs a human."
  type        = list(string)

  validation {
    condition     = length(var.alert_emails) > 0
    error_message = "Alerts that nobody gets are none."
  }
}

variable "budget" {
  description = "The month's budget, and the billing account it is watched on; null for none."
  type = object({
    billing_account = string
    currency        = string
    amount          = number
  })
  default = null
}

variable "repository" {
  description = "The repository that Cloud Build deploys from (`projects/…/locations/…/connections/…/repositories/…`) and the branch; null for no trigger."
  type = object({
    id     = string
    branch = string
  })
  default = null
}

variable "state_bucket" {
  description = "The bucket of this state, which Cloud Build's plan reads."
  type        = string
}
