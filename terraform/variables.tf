# Project and location

variable "project" {
  description = "The Google Cloud project. Each environment needs its own, because topics and services have fixed names."
  type        = string
}

variable "environment" {
  description = "The environment's name, used in labels and alerts."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,20}$", var.environment))
    error_message = "Use 1 to 21 lowercase letters, digits and hyphens, starting with a letter."
  }
}

variable "region" {
  description = "The region of all resources except the AI services."
  type        = string
  default     = "europe-west4"
}

variable "ai_location" {
  description = "The location of Document AI and Speech-to-Text: `eu` or `us`. Uploads are processed there."
  type        = string
  default     = "eu"

  validation {
    condition     = contains(["eu", "us"], var.ai_location)
    error_message = "Use eu or us, the locations that both Document AI OCR and Speech-to-Text support."
  }
}

variable "build_region" {
  description = "The region of Cloud Build. Null for `region`, unless Cloud Build restricts the project to a few regions (README.md)."
  type        = string
  default     = null
}

variable "released" {
  description = "Whether the platform had its first release. Before, no alert is mailed, and `deletion_protection` has no effect, so that Terraform can replace what failed to start."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Prevents destroying the database, Redis, the services, and buckets that contain objects, once `released` is set."
  type        = bool
  default     = true
}

# Domain and access

variable "domain" {
  description = "The platform's domain. Point its A and AAAA records to the output `addresses`."
  type        = string
}

variable "console" {
  description = "Serves the console on the platform's domain. Required unless `frontend_url` is set."
  type        = bool
  default     = false
}

variable "frontend_url" {
  description = "The origin of the web application, for links in mails. Null for the console."
  type        = string
  default     = null

  validation {
    condition     = var.frontend_url != null || var.console
    error_message = "Set frontend_url or console: links in mails need a web application."
  }
  validation {
    condition     = var.frontend_url == null || can(regex("^https://[^/]+$", var.frontend_url))
    error_message = "Use an origin such as https://app.example.com, without a path."
  }
}

variable "cors_origins" {
  description = "More origins whose pages may call the functions and upload to the buckets."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "Use origins such as https://app.example.com, without a path or a wildcard."
  }
}

variable "passkey_rp_id" {
  description = "The relying party ID of passkeys: the domain of the web application or a parent domain. Null for the host of `frontend_url`. Changing it later invalidates all passkeys."
  type        = string
  default     = null
}

variable "cloud_armor" {
  description = "Enables Cloud Armor: rate limits by address, and OWASP rules."
  type        = bool
  default     = true
}

variable "enforced_waf_rules" {
  description = "The rule sets of Cloud Armor that reject requests (`waf_rules` in armor.tf). The others are in preview: they only log what they would reject. Enforce a rule set after its log has shown no ordinary request."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.enforced_waf_rules, keys(local.waf_rules))) == 0
    error_message = "Use names of waf_rules in armor.tf."
  }
}

variable "requests_per_minute" {
  description = "Cloud Armor's limit of requests per minute from one address, across all functions."
  type        = number
  default     = 1200
}

# Functions

variable "functions" {
  description = "Instance limits of each function; a function that is not named gets one instance. `database_connections` is the pool size of one instance."
  type = map(object({
    min_instances        = optional(number, 0)
    max_instances        = number
    database_connections = optional(number)
  }))

  validation {
    condition     = alltrue([for function in var.functions : function.max_instances >= 1 && function.min_instances <= function.max_instances])
    error_message = "max_instances must be at least 1, and min_instances must not exceed it."
  }
}

variable "first_image" {
  description = "The placeholder images that services and jobs run until the first release."
  type        = object({ service = string, job = string })
  default = {
    service = "us-docker.pkg.dev/cloudrun/container/hello"
    job     = "us-docker.pkg.dev/cloudrun/container/job"
  }
}

variable "log_level" {
  description = "The functions' log filter, in the syntax of tracing's `EnvFilter`."
  type        = string
  default     = "info"
}

variable "retention_days" {
  description = "Days between deletion and purge."
  type        = number
  default     = 30
}

variable "audit_retention_days" {
  description = "Days that the audit log is retained, including its seals in the locked bucket."
  type        = number
  default     = 730
}

variable "registration" {
  description = "Who may register: `open` for everyone, `invited` for addresses with an open invitation, or the allowed email domains, separated by commas."
  type        = string
  default     = "open"
}

variable "limits" {
  description = "Limits on the resources and the work of one user, by the names of their environment variables in lower case. Null for the code's default. `event_streams_per_instance` must be below the concurrency of `events`."
  type = object({
    projects_per_user            = optional(number)
    open_invitations_per_user    = optional(number)
    open_drafts_per_user         = optional(number)
    items_per_user_and_day       = optional(number)
    bytes_per_user_and_day       = optional(number)
    exports_in_progress_per_user = optional(number)
    searches_per_user_and_minute = optional(number)
    event_streams_per_user       = optional(number)
    event_streams_per_instance   = optional(number, 900)
  })
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.limits) : limit == null || try(limit >= 1, true)])
    error_message = "A limit must be at least 1."
  }
  validation {
    condition     = var.limits.event_streams_per_instance < 1000
    error_message = "event_streams_per_instance must be below 1000, the concurrency of events, so that an instance can refuse a stream."
  }
}

variable "operation_hours" {
  description = "Hours after which a running batch operation of Document AI or Speech-to-Text counts as lost. Document AI cancels an operation 24 hours after its start, not counting its time in the queue."
  type        = number
  default     = 48

  validation {
    condition     = var.operation_hours >= 25 && var.operation_hours <= 720 && floor(var.operation_hours) == var.operation_hours
    error_message = "operation_hours must be a whole number from 25 to 720: Google may take 24."
  }
}

variable "documentai_processor_version" {
  description = "The version of the OCR processor, offered in `ai_location` (https://cloud.google.com/document-ai/docs/manage-processor-versions). Null for the code's default."
  type        = string
  default     = null

  validation {
    condition     = var.documentai_processor_version == null || can(regex("^[a-zA-Z0-9.-]+$", var.documentai_processor_version))
    error_message = "documentai_processor_version must be an id such as pretrained-ocr-v2.1-2024-08-07."
  }
}

variable "engine_quotas" {
  description = "The project's quotas of Document AI and Speech-to-Text, by the names of their environment variables in lower case. Requests above them wait instead of being sent. Null for the code's defaults, which are Google's."
  type = object({
    documentai_batch_operations = optional(number)
    documentai_calls_per_minute = optional(number)
    speech_batch_operations     = optional(number)
    speech_calls_per_minute     = optional(number)
    speech_batches_per_minute   = optional(number)
  })
  default = {}

  validation {
    condition     = alltrue([for quota in values(var.engine_quotas) : quota == null || try(quota >= 1 && floor(quota) == quota, true)])
    error_message = "A quota must be a whole number from 1."
  }
}

variable "default_language" {
  description = "The language (BCP 47) of voice samples if neither the sample nor its project sets it."
  type        = string
  default     = "en-US"
}

variable "mail" {
  description = "The SMTP server and the sender of mails. If `username` is set, the password is the secret `smtp-password`."
  type = object({
    from     = string
    host     = string
    port     = optional(number, 587)
    tls      = optional(string, "starttls")
    username = optional(string)
  })

  validation {
    condition     = contains(["starttls", "tls"], var.mail.tls)
    error_message = "Set tls to starttls or tls: mails leave the platform's network."
  }
}

# Secrets

variable "access_token_keys" {
  description = "The public keys of access tokens, as printed by `./secrets`: the current key and, during a rotation, the next or the previous one."
  type        = list(object({ kid = string, x = string, y = string }))

  validation {
    condition     = length(var.access_token_keys) >= 1 && length(var.access_token_keys) <= 2
    error_message = "Use one key, or two during a rotation."
  }
  validation {
    condition     = alltrue([for key in var.access_token_keys : can(regex("^[A-Za-z0-9_-]{43}$", key.x)) && can(regex("^[A-Za-z0-9_-]{43}$", key.y)) && length(key.kid) > 0])
    error_message = "x and y must be the coordinates of a P-256 key, 43 base64url characters each."
  }
  validation {
    condition     = length(distinct(var.access_token_keys[*].kid)) == length(var.access_token_keys)
    error_message = "Each key needs a different kid."
  }
}

variable "secret_versions" {
  description = "The version in use of each secret, if not 1."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "Use version numbers: `latest` would change under running services."
  }
}

variable "database_logins" {
  description = "The generations of database logins to keep; the last one is in use. Each is a version of the secrets `database-password-*`."
  type        = list(string)
  default     = ["1"]

  validation {
    condition     = length(var.database_logins) >= 1 && alltrue([for login in var.database_logins : can(regex("^[1-9][0-9]*$", login))])
    error_message = "Use numbers such as [\"1\"], or [\"1\", \"2\"] during a rotation."
  }
}

# Database and Redis

variable "database" {
  description = "The PostgreSQL instance. Change `name` only to switch to a restored instance. `max_connections` must fit the tier's memory. `pooling` is refused, see README.md."
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
    condition     = !var.database.pooling
    error_message = "Managed connection pooling is not supported: it is unknown which startup parameters it accepts, see README.md."
  }
}

variable "redis" {
  description = "The Redis instance for shared rate limits and cached summaries. Null for none: each instance then counts on its own."
  type = object({
    tier      = string
    memory_gb = number
  })
  default = null
}

# Storage

variable "bucket_kms_key" {
  description = "The Cloud KMS key (`projects/…/cryptoKeys/…`) that encrypts the buckets. Null for Google-managed keys."
  type        = string
  default     = null
}

variable "soft_delete_days" {
  description = "Days that a deleted object of the uploads bucket can be restored: 7 to 90, or 0 for never."
  type        = number
  default     = 7

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "Use 0, or 7 to 90 days, which Cloud Storage supports."
  }
}

variable "seals_locked" {
  description = "Retains the audit log's seals for `audit_retention_days` and locks that. A lock is permanent, so disable it only in environments that will be destroyed."
  type        = bool
  default     = true
}

# Operations

variable "alert_emails" {
  description = "The email addresses that receive alerts."
  type        = list(string)

  validation {
    condition     = length(var.alert_emails) > 0
    error_message = "Set at least one address: alerts need a recipient."
  }
}

variable "budget" {
  description = "The monthly budget and its billing account. Null for none."
  type = object({
    billing_account = string
    currency        = string
    amount          = number
  })
  default = null
}

variable "repository" {
  description = "The repository (`projects/…/locations/…/connections/…/repositories/…`, in the region of the builds) and branch that Cloud Build deploys. Null for no trigger."
  type = object({
    id     = string
    branch = string
  })
  default = null

  validation {
    condition     = try(split("/", var.repository.id)[3], coalesce(var.build_region, var.region)) == coalesce(var.build_region, var.region)
    error_message = "Connect the repository in build_region: a trigger uses repositories of its region only."
  }
}

variable "scan_images" {
  description = "Scans each new image for known vulnerabilities, at a price for each digest (README.md)."
  type        = bool
  default     = true
}

variable "state_bucket" {
  description = "The bucket of Terraform's state, which Cloud Build's plan step reads."
  type        = string
}
