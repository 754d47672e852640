# Buckets. Browsers upload to and download from them directly, so files do not pass through functions.

locals {
  # Days until Cloud Storage deletes an object. Uploads stay until `maintenance` erases them.
  bucket_lifetimes = {
    uploads = null
    # The output of a batch operation is copied to the database within hours.
    results = 7
    # `maintenance` deletes expired exports. This deletes objects that it does not know about.
    exports = 7 + tonumber(local.platform.functions["data"].variables["EXPORT_RETENTION_DAYS"].default)
  }
}

resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_62: usage logs would contain signed URLs; audit logs (logging.tf) record all access
  #checkov:skip=CKV_GCP_78: objects are never overwritten (upload URLs are signed for generation 0); soft delete restores deleted ones
  for_each = local.buckets

  name     = each.value
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !local.protected

  # Browsers upload and download from these origins only.
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

  # Deletes the parts of unfinished uploads.
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

  depends_on = [time_sleep.apis, google_kms_crypto_key_iam_member.storage]
}

# Cloud Storage's service agent encrypts and decrypts with the key.
resource "google_kms_crypto_key_iam_member" "storage" {
  count = var.bucket_kms_key == null ? 0 : 1

  crypto_key_id = var.bucket_kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = data.google_storage_project_service_account.this.member
}

# Publishes an event to the bucket's topic when an object is finalized.
resource "google_storage_notification" "this" {
  for_each = { for name, bucket in local.platform.buckets : name => bucket.topic if bucket.topic != null }

  bucket         = google_storage_bucket.this[each.key].name
  topic          = local.topic_ids[each.value]
  payload_format = "JSON_API_V1"
  event_types    = ["OBJECT_FINALIZE"]

  depends_on = [time_sleep.grants]
}

# The OpenAPI document, its pages and the console: the only public bucket.
resource "google_storage_bucket" "static" {
  #checkov:skip=CKV_GCP_62: the objects are public, and the load balancer logs requests for them
  #checkov:skip=CKV_GCP_114: the load balancer reads the bucket as allUsers, so it must be public
  name     = "${var.project}-static"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
  # Each release uploads all objects again.
  force_destroy = true

  website {
    main_page_suffix = "index.html"
  }

  # Keeps the objects of earlier releases.
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

  depends_on = [time_sleep.apis]
}

# A backend bucket reads its objects as allUsers, because the load balancer has no service account.
resource "google_storage_bucket_iam_member" "static" {
  #checkov:skip=CKV_GCP_28: the only public bucket; it contains only the public API documentation and the console
  bucket = google_storage_bucket.static.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

# The hashes of the audit log's seals, written by a log sink (logging.tf). An attacker who can rewrite the table and its
# seals cannot change these.
resource "google_storage_bucket" "seals" {
  #checkov:skip=CKV_GCP_62: audit logs (logging.tf) record all access
  #checkov:skip=CKV_GCP_78: a bucket with a retention policy cannot have versioning, and its objects cannot be overwritten
  name     = "${var.project}-audit-seals"
  location = var.region

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !local.protected

  # Without a lock, there is no retention either: it would prevent destroying the bucket.
  dynamic "retention_policy" {
    for_each = var.seals_locked ? [true] : []
    content {
      retention_period = var.audit_retention_days * 86400
      is_locked        = true
    }
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

  depends_on = [time_sleep.apis, google_kms_crypto_key_iam_member.storage]
}
