# Who may do what. Rights are given on the one secret, topic, bucket or service that they are needed for; where a
# service has no such grain, on the project. IAM.md lists them all, as they are planned.

# One account for each function.
resource "google_service_account" "function" {
  for_each = local.platform.functions

  account_id   = "fn-${each.key}"
  display_name = "The function ${each.key}"

  depends_on = [google_project_service.this]
}

resource "google_service_account" "this" {
  for_each = {
    check-health = "The workflow that asks for the functions' health"
    deploy       = "Cloud Build"
    migrations   = "The migration job"
    # Whom the functions take them from.
    pushes = "Pub/Sub's pushes and Cloud Scheduler's calls"
    # Another one than for calls of functions, since its tokens are good for Google's APIs.
    scheduler = "Cloud Scheduler's starts of jobs"
  }

  account_id   = each.key
  display_name = each.value

  depends_on = [google_project_service.this]
}

# Their addresses, which a plan knows before the accounts are made.
locals {
  emails = {
    for account in concat(values(google_service_account.function), values(google_service_account.this)) :
    account.account_id => "${account.account_id}@${var.project}.iam.gserviceaccount.com"
  }
  members     = { for account, email in local.emails : account => "serviceAccount:${email}" }
  account_ids = { for account, email in local.emails : account => "projects/${var.project}/serviceAccounts/${email}" }
}

# Secrets: each function reads those that its variables name.
locals {
  secret_readers = merge([
    for function, secrets in local.function_secrets : {
      for variable, secret in secrets : "${function} ${variable}" => { function = function, secret = secret }
    }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = local.secret_readers

  secret_id = startswith(each.value.secret, "database-url-") ? google_secret_manager_secret.database_url[trimprefix(each.value.secret, "database-url-")].secret_id : google_secret_manager_secret.this[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.members["fn-${each.value.function}"]
}

resource "google_secret_manager_secret_iam_member" "this" {
  for_each = {
    # The migration job signs in as the owner of the schema.
    "migrations database-url-migrations" = { account = "migrations", id = google_secret_manager_secret.database_url["migrations"].secret_id }
    # Terraform's plan, a step of the build, opens what the connection URLs are made of. Whoever deploys code that reads
    # these URLs could read them anyway.
    "deploy database-password-functions"   = { account = "deploy", id = google_secret_manager_secret.this["database-password-functions"].secret_id }
    "deploy database-password-maintenance" = { account = "deploy", id = google_secret_manager_secret.this["database-password-maintenance"].secret_id }
    "deploy database-password-migrations"  = { account = "deploy", id = google_secret_manager_secret.this["database-password-migrations"].secret_id }
  }

  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.members[each.value.account]
}

# Topics: each function publishes what its changes announce.
locals {
  publishers = {
    auth     = ["email-requested"]                     # verification, reset, new sign-in
    users    = ["email-requested"]                     # the password was changed
    projects = ["email-requested"]                     # invitations
    review   = ["email-requested"]                     # an item was rejected
    data     = ["export-requested", "uploads"]         # an export begins; an item is read again
    export   = ["email-requested", "export-requested"] # it is ready; its next part
    # Dead letters are sent again to the topic they came from.
    admin = [for topic in local.platform.topics : topic if topic != "dead-letters"]
    # The sweep publishes what its writer did not get out in time, whatever it is.
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

# Buckets. A condition on names leaves reading and making the objects that are named, and takes away listing, where
# `lists` does not give that back.
locals {
  object_rights = {
    # URLs that browsers upload with create as whoever signed them.
    "data creates uploads" = { function = "data", bucket = "uploads", role = "roles/storage.objectCreator", prefix = "" }
    # URLs that browsers download with read likewise.
    "data reads uploads" = { function = "data", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "" }
    "data reads exports" = { function = "data", bucket = "exports", role = "roles/storage.objectViewer", prefix = "" }

    # The first bytes of what was uploaded; Document AI reads the rest by the same right of its caller.
    "ocr reads documents" = { function = "ocr", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "documents/" }
    # An operation writes its output with the right of its caller.
    "ocr creates results" = { function = "ocr", bucket = "results", role = "roles/storage.objectCreator", prefix = "ocr/" }
    # That output, which is listed where its events were lost.
    "ocr reads results" = { function = "ocr", bucket = "results", role = "roles/storage.objectViewer", prefix = "ocr/", lists = true }

    # The same for Speech-to-Text.
    "transcription reads voice"     = { function = "transcription", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "voice/" }
    "transcription creates results" = { function = "transcription", bucket = "results", role = "roles/storage.objectCreator", prefix = "transcription/" }
    "transcription reads results"   = { function = "transcription", bucket = "results", role = "roles/storage.objectViewer", prefix = "transcription/", lists = true }

    # Parts, and the whole that they are composed to.
    "export writes exports" = { function = "export", bucket = "exports", role = "roles/storage.objectUser", prefix = "", lists = true }

    # Lists what is there, and deletes what was erased and what belongs to nothing.
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

# Less than any of Google's own roles that can delete.
resource "google_project_iam_custom_role" "object_sweeper" {
  role_id     = "objectSweeper"
  title       = "Object sweeper"
  description = "Lists, looks at and deletes objects; neither makes nor changes any."
  permissions = ["storage.objects.delete", "storage.objects.get", "storage.objects.list"]

  depends_on = [google_project_service.this]
}

# Less than a token creator, who could act as the account everywhere.
resource "google_project_iam_custom_role" "blob_signer" {
  role_id     = "blobSigner"
  title       = "Blob signer"
  description = "Signs with an account's key, as URLs of Cloud Storage are signed."
  permissions = ["iam.serviceAccounts.signBlob"]

  depends_on = [google_project_service.this]
}

locals {
  object_sweeper = "projects/${var.project}/roles/${google_project_iam_custom_role.object_sweeper.role_id}"
  blob_signer    = "projects/${var.project}/roles/${google_project_iam_custom_role.blob_signer.role_id}"
}

# data signs URLs as itself: it has no key.
resource "google_service_account_iam_member" "data_signs" {
  service_account_id = local.account_ids["fn-data"]
  role               = local.blob_signer
  member             = local.members["fn-data"]
}

# AI services know rights only of a whole project.
resource "google_project_iam_member" "function" {
  for_each = {
    # Calls the processor, and asks after its operations.
    ocr = "roles/documentai.apiUser"
    # Calls the recognizer, and asks after its operations.
    transcription = "roles/speech.client"
  }

  project = var.project
  role    = each.value
  member  = local.members["fn-${each.key}"]
}

# Cloud Scheduler starts the nightly comparison of the audit log.
resource "google_cloud_run_v2_job_iam_member" "scheduler" {
  name     = google_cloud_run_v2_job.verify_audit.name
  location = var.region
  role     = "roles/run.invoker"
  member   = local.members["scheduler"]
}

# Google's own accounts. That Pub/Sub and Cloud Scheduler make tokens for `push` and `scheduler` comes with the role
# that each has as its service's agent.

# Cloud Storage announces objects.
resource "google_pubsub_topic_iam_member" "storage" {
  for_each = toset([for bucket in values(local.platform.buckets) : bucket.topic if bucket.topic != null])

  topic  = google_pubsub_topic.this[each.key].name
  role   = "roles/pubsub.publisher"
  member = data.google_storage_project_service_account.this.member
}

# Pub/Sub passes on what it gave up, …
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.this["dead-letters"].name
  role   = "roles/pubsub.publisher"
  member = google_project_service_identity.this["pubsub.googleapis.com"].member
}

# … and takes it off the subscription that it came from.
resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each = { for name, subscription in local.subscriptions : name => subscription if subscription.dead_letters }

  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = google_project_service_identity.this["pubsub.googleapis.com"].member
}

# Batch operations run as the AI services' own accounts: they read the file and write its text.
resource "google_storage_bucket_iam_member" "ai" {
  for_each = {
    "documentai reads documents" = { api = "documentai.googleapis.com", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "documents/" }
    "documentai writes results"  = { api = "documentai.googleapis.com", bucket = "results", role = "roles/storage.objectCreator", prefix = "ocr/" }
    "speech reads voice"         = { api = "speech.googleapis.com", bucket = "uploads", role = "roles/storage.objectViewer", prefix = "voice/" }
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
