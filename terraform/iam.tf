# Service accounts and permissions. Roles are granted on single secrets, topics, buckets and services, or on the project
# where a service supports nothing finer. IAM.md lists all grants.

# One account for each function.
resource "google_service_account" "function" {
  for_each = local.platform.functions

  account_id   = "fn-${each.key}"
  display_name = "Function ${each.key}"

  depends_on = [time_sleep.apis]
}

resource "google_service_account" "this" {
  for_each = {
    # Separate from deploy because the checks run the tests of a commit, which must not reach secrets or services.
    checks       = "Cloud Build: checks of a commit"
    check-health = "The workflow that checks the functions' health"
    deploy       = "Cloud Build: deployment of a checked commit"
    migrations   = "The migration job"
    # The only account whose tokens the triggered functions accept.
    pushes = "Pub/Sub pushes and Cloud Scheduler calls to functions"
    # Separate from pushes because its access tokens are valid for Google's APIs.
    scheduler = "Cloud Scheduler calls that start jobs"
  }

  account_id   = each.key
  display_name = each.value

  depends_on = [time_sleep.apis]
}

# A new account is not known everywhere at once: until then, grants to it fail
# (https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_service_account).
resource "time_sleep" "accounts" {
  create_duration = "60s"
  triggers = {
    for account in concat(values(google_service_account.function), values(google_service_account.this)) :
    account.account_id => "${account.account_id}@${var.project}.iam.gserviceaccount.com"
  }
}

# The accounts' addresses, built from their ids so that a plan knows them before the accounts exist.
locals {
  emails      = time_sleep.accounts.triggers
  members     = { for account, email in local.emails : account => "serviceAccount:${email}" }
  account_ids = { for account, email in local.emails : account => "projects/${var.project}/serviceAccounts/${email}" }
}

# Secrets: each function can read the secrets that its variables refer to.
locals {
  secret_readers = merge([
    for function, secrets in local.function_secrets : {
      for variable, secret in secrets : "${function} ${variable}" => { function = function, secret = secret }
    }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = local.secret_readers

  secret_id = (
    startswith(each.value.secret, "database-url-") ? google_secret_manager_secret.database_url[trimprefix(each.value.secret, "database-url-")].secret_id :
    each.value.secret == "redis-url" ? one(google_secret_manager_secret.redis_url[*].secret_id) : google_secret_manager_secret.this[each.value.secret].secret_id
  )
  role   = "roles/secretmanager.secretAccessor"
  member = local.members["fn-${each.value.function}"]
}

resource "google_secret_manager_secret_iam_member" "this" {
  for_each = {
    # The migration job connects as the owner of the schema.
    "migrations database-url-migrations" = { account = "migrations", id = google_secret_manager_secret.database_url["migrations"].secret_id }
    # The link that it mails to a first super admin contains a token.
    "migrations mail-token-keys" = { account = "migrations", id = google_secret_manager_secret.this["mail-token-keys"].secret_id }
    # The deployment's plan step reads the passwords that the connection URLs contain. This gives the account nothing
    # new: it deploys code that can read these URLs.
    "deploy database-password-functions"   = { account = "deploy", id = google_secret_manager_secret.this["database-password-functions"].secret_id }
    "deploy database-password-maintenance" = { account = "deploy", id = google_secret_manager_secret.this["database-password-maintenance"].secret_id }
    "deploy database-password-migrations"  = { account = "deploy", id = google_secret_manager_secret.this["database-password-migrations"].secret_id }
  }

  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.members[each.value.account]
}

# Topics: each function can publish the events that it writes to the outbox.
locals {
  publishers = {
    auth     = ["email-requested"]                     # verification, password reset, new sign-in
    users    = ["email-requested"]                     # password changed
    projects = ["email-requested"]                     # invitations
    review   = ["email-requested"]                     # item rejected
    data     = ["export-requested", "uploads"]         # export requested; item reprocessed
    export   = ["email-requested", "export-requested"] # export ready; next step
    # Replays a dead letter to its original topic.
    admin = [for topic in local.platform.topics : topic if topic != "dead-letters"]
    # The outbox sweep publishes events of all functions.
    maintenance = [for topic in local.platform.topics : topic if topic != "dead-letters"]
  }
}

resource "google_pubsub_topic_iam_member" "function" {
  for_each = merge([
    for function, topics in local.publishers : { for topic in topics : "${function} ${topic}" => { function = function, topic = topic } }
  ]...)

  topic  = google_pubsub_topic.this[each.value.topic].name
  role   = "roles/pubsub.publisher"
  member = local.members["fn-${each.value.function}"]
}

# Buckets. A condition on object names allows access to these objects and prevents listing, unless `lists` allows it.
locals {
  object_rights = {
    # A signed upload URL has the permissions of the account that signed it.
    "data creates uploads" = { function = "data", bucket = "uploads", role = "roles/storage.objectCreator", prefix = "" }
    # The same for signed download URLs.
    "data reads uploads" = { function = "data", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "" }
    "data reads exports" = { function = "data", bucket = "exports", role = "roles/storage.objectViewer", prefix = "" }

    # Reads the first bytes of an upload. Document AI reads the whole file with its caller's permissions.
    "ocr reads documents" = { function = "ocr", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "documents/" }
    # A batch operation writes its output with its caller's permissions.
    "ocr creates results" = { function = "ocr", bucket = "results", role = "roles/storage.objectCreator", prefix = "ocr/" }
    # Reads the output, and lists it when its events were lost.
    "ocr reads results" = { function = "ocr", bucket = "results", role = "roles/storage.objectViewer", prefix = "ocr/", lists = true }

    # The same for Speech-to-Text.
    "transcription reads voice"     = { function = "transcription", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "voice/" }
    "transcription creates results" = { function = "transcription", bucket = "results", role = "roles/storage.objectCreator", prefix = "transcription/" }
    # Writes recordings that the engine cannot decode in another format, part by part, and deletes them afterwards.
    "transcription converts"      = { function = "transcription", bucket = "results", role = "roles/storage.objectUser", prefix = "converted/", lists = true }
    "transcription reads results" = { function = "transcription", bucket = "results", role = "roles/storage.objectViewer", prefix = "transcription/", lists = true }

    # Writes parts and composes them into one file.
    "export writes exports" = { function = "export", bucket = "exports", role = "roles/storage.objectUser", prefix = "", lists = true }

    # Lists objects, and deletes those of erased items and orphaned ones.
    "maintenance sweeps uploads" = { function = "maintenance", bucket = "uploads", role = local.object_sweeper, prefix = "", lists = true }
    "maintenance sweeps exports" = { function = "maintenance", bucket = "exports", role = local.object_sweeper, prefix = "", lists = true }
  }
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = local.object_rights

  bucket = google_storage_bucket.this[each.value.bucket].name
  role   = each.value.role
  member = local.members["fn-${each.value.function}"]

  dynamic "condition" {
    for_each = each.value.prefix == "" && try(each.value.lists, false) ? [] : [true]
    content {
      title = each.value.prefix == "" ? "objects by their names" : "objects under ${each.value.prefix}"
      expression = join(" || ", concat(
        try(each.value.lists, false) ? ["resource.type == \"storage.googleapis.com/Bucket\""] : [],
        ["resource.name.startsWith(\"projects/_/buckets/${local.buckets[each.value.bucket]}/objects/${each.value.prefix}\")"],
      ))
    }
  }
}

# Narrower than any predefined role that can delete objects.
resource "google_project_iam_custom_role" "object_sweeper" {
  role_id     = "objectSweeper"
  title       = "Object sweeper"
  description = "List, read and delete objects, but not create or change them."
  permissions = ["storage.objects.delete", "storage.objects.get", "storage.objects.list"]

  depends_on = [time_sleep.apis]
}

# Narrower than a token creator, who could impersonate the account everywhere.
resource "google_project_iam_custom_role" "blob_signer" {
  role_id     = "blobSigner"
  title       = "Blob signer"
  description = "Sign with a service account's key, as for signed URLs of Cloud Storage."
  permissions = ["iam.serviceAccounts.signBlob"]

  depends_on = [time_sleep.apis]
}

locals {
  object_sweeper = "projects/${var.project}/roles/${google_project_iam_custom_role.object_sweeper.role_id}"
  blob_signer    = "projects/${var.project}/roles/${google_project_iam_custom_role.blob_signer.role_id}"
}

# data signs URLs through the IAM API, because it holds no private key.
resource "google_service_account_iam_member" "data_signs" {
  service_account_id = local.account_ids["fn-data"]
  role               = local.blob_signer
  member             = local.members["fn-data"]
}

# Document AI and Speech-to-Text support permissions only on the whole project.
resource "google_project_iam_member" "function" {
  for_each = {
    # Calls the processor and polls its operations.
    ocr = "roles/documentai.apiUser"
    # Calls the recognizer and polls its operations.
    transcription = "roles/speech.client"
  }

  project = var.project
  role    = each.value
  member  = local.members["fn-${each.key}"]
}

# Cloud Scheduler starts the nightly verification of the audit log.
resource "google_cloud_run_v2_job_iam_member" "scheduler" {
  name     = google_cloud_run_v2_job.verify_audit.name
  location = var.region
  role     = "roles/run.invoker"
  member   = local.members["scheduler"]
}

# Google's service agents. apis.tf grants the others their roles.

# Pub/Sub creates the ID tokens of its pushes (https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions), for
# this account only. Its own role would let it create tokens for every account of the project.
resource "google_service_account_iam_member" "pushes" {
  service_account_id = local.account_ids["pushes"]
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = google_project_service_identity.this["pubsub.googleapis.com"].member
}

# Cloud Storage publishes notifications.
resource "google_pubsub_topic_iam_member" "storage" {
  for_each = toset([for bucket in values(local.platform.buckets) : bucket.topic if bucket.topic != null])

  topic  = google_pubsub_topic.this[each.key].name
  role   = "roles/pubsub.publisher"
  member = data.google_storage_project_service_account.this.member
}

# Pub/Sub publishes dead letters.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.this["dead-letters"].name
  role   = "roles/pubsub.publisher"
  member = google_project_service_identity.this["pubsub.googleapis.com"].member
}

# Pub/Sub acknowledges dead letters on their original subscription.
resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each = { for name, subscription in local.subscriptions : name => subscription if subscription.dead_letters }

  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = google_project_service_identity.this["pubsub.googleapis.com"].member
}

# Batch operations run as the service agents of Document AI and Speech-to-Text, which read the file and write its text.
resource "google_storage_bucket_iam_member" "ai" {
  for_each = {
    "documentai reads documents" = { api = "documentai.googleapis.com", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "documents/" }
    "documentai writes results"  = { api = "documentai.googleapis.com", bucket = "results", role = "roles/storage.objectCreator", prefix = "ocr/" }
    "speech reads voice"         = { api = "speech.googleapis.com", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "voice/" }
    "speech reads conversions"   = { api = "speech.googleapis.com", bucket = "results", role = "roles/storage.objectViewer", prefix = "converted/" }
    "speech writes results"      = { api = "speech.googleapis.com", bucket = "results", role = "roles/storage.objectCreator", prefix = "transcription/" }
  }

  bucket = google_storage_bucket.this[each.value.bucket].name
  role   = each.value.role
  member = google_project_service_identity.this[each.value.api].member

  condition {
    title      = "objects under ${each.value.prefix}"
    expression = "resource.name.startsWith(\"projects/_/buckets/${local.buckets[each.value.bucket]}/objects/${each.value.prefix}\")"
  }
}
