# Buckets. What browsers upload goes straight into one of them; no file passes through a function.

locals {
  # Days after which an object goes by itself. What is uploaded stays until `maintenance` erases it.
  bucket_lifetimes = {
    uploads = null
    # An operation's output is read within hours, and kept in the database from then on.
    results = 7
    # `maintenance` deletes exports whose time is over; this is for what it does not know of.
    exports = 7 + tonumber(local.platform.functions["data"].variables["EXPORT_RETENTION_DAYS"].default)
  }
}

resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62: usage logs would hold signed URLs; audit logs (logging.tf) tell who read and wrote what
  #checkov:skip=CKV_GCP_78: an object is made once and never overwritten (its URL is signed for generation 0); soft delete brings it back
  for_each = local.buckets

  name     = each.value
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  # Browsers upload and download; those of other origins are refused.
  dynamic "cors" {
    for_each = each.key == "results" ? [] : [true]
    content {
      origin          = local.page_origins
      method          = local.platform.bucket_cors.methods
      response_header = local.platform.bucket_cors.headers
      max_age_seconds = 3600
    }
  }

  soft_delete_policy {
    retention_duration_seconds = each.key == "uploads" ? var.soft_delete_days * 86400 : 0
  }

  dynamic "lifecycle_rule" {
    for_each = local.bucket_lifetimes[each.key] == null ? [] : [local.bucket_lifetimes[each.key]]
    content {
      condition {
        age = lifecycle_rule.value
      }
      action {
        type = "Delete"
      }
    }
  }

  # Half of an upload that nobody finished.
  lifecycle_rule {
    condition {
      age = 8
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  dynamic "encryption" {
    for_each = var.bucket_kms_key == null ? [] : [var.bucket_kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.storage]
}

# Cloud Storage's own account encrypts and decrypts with the key that was given.
resource "google_kms_crypto_key_iam_member" "storage" {
  count = var.bucket_kms_key == null ? 0 : 1

  crypto_key_id = var.bucket_kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = data.google_storage_project_service_account.this.member
}

# What is finalised in a bucket is announced on its topic.
resource "google_storage_notification" "this" {
  for_each = { for name, bucket in local.platform.buckets : name => bucket.topic if bucket.topic != null }

  bucket         = google_storage_bucket.this[each.key].name
  topic          = local.topic_ids[each.value]
  payload_format = "JSON_API_V1"
  event_types    = ["OBJECT_FINALIZE"]

  depends_on = [google_pubsub_topic_iam_member.storage]
}

# The interface's document and the pages, for everybody to read: the only public bucket.
resource "google_storage_bucket" "static" {
  #checkov:skip=CKV_GCP_62: what is public is read through the load balancer, which logs
  #checkov:skip=CKV_GCP_114: it is public; the load balancer reads as everybody does
  name     = "${var.project}-static"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
  # Made anew by each release.
  force_destroy = true

  website {
    main_page_suffix = "index.html"
  }

  # The release before can be had back.
  versioning {
    enabled = true
  }
  lifecycle_rule {
    condition {
      num_newer_versions = 3
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.this]
}

# The load balancer reads the static files as everybody may: it has no account to read them with.
resource "google_storage_bucket_iam_member" "static" {
  #checkov:skip=CKV_GCP_28: the only public bucket; it holds what the interface's documentation shows anyway
  bucket = google_storage_bucket.static.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

# The heads of the audit log's seals, as a sink writes them (logging.tf): whoever could rewrite the table, seals and
# all, could not rewrite these.
resource "google_storage_bucket" "seals" {
  #checkov:skip=CKV_GCP_62: audit logs (logging.tf) tell who read and wrote what
  #checkov:skip=CKV_GCP_78: Cloud Storage refuses versions where it retains; nothing here is ever overwritten
  name     = "${var.project}-audit-seals"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  retention_policy {
    retention_period = var.audit_retention_days * 86400
    is_locked        = var.seals_locked
  }

  lifecycle_rule {
    condition {
      age = var.audit_retention_days + 31
    }
    action {
      type = "Delete"
    }
  }

  dynamic "encryption" {
    for_each = var.bucket_kms_key == null ? [] : [var.bucket_kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.storage]
}
