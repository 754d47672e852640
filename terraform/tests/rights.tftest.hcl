# Rights and secrets: nobody can do what they need not.
# Nothing is made: these are plans, with the project's number put in.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "no_role_of_the_whole_project_is_wide" {
  command = plan

  assert {
    condition     = length(setintersection(concat([for m in google_project_iam_member.function : m.role], [for m in google_project_iam_member.deploy : m.role], [google_project_iam_member.check_health.role]), ["roles/owner", "roles/editor", "roles/viewer", "roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator", "roles/secretmanager.secretAccessor", "roles/storage.admin", "roles/storage.objectAdmin", "roles/run.admin"])) == 0
    error_message = "A role of the whole project gives too much."
  }

  assert {
    condition     = toset(keys(google_project_iam_member.function)) == toset(["ocr", "transcription"])
    error_message = "Only ocr and transcription need a right of the whole project."
  }
}

run "only_the_static_bucket_is_public" {
  command = plan

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "A bucket may become public."
  }

  assert {
    condition     = google_storage_bucket.seals.public_access_prevention == "enforced" && google_storage_bucket.seals.uniform_bucket_level_access
    error_message = "The seals may become public."
  }

  assert {
    condition     = alltrue([for m in concat(values(google_storage_bucket_iam_member.function), values(google_storage_bucket_iam_member.ai)) : m.bucket != google_storage_bucket.static.name]) && google_storage_bucket_iam_member.static.member == "allUsers" && google_storage_bucket_iam_member.static.bucket == "alta-data-test-static"
    error_message = "Something else than the static bucket is public."
  }

  assert {
    condition     = alltrue([for m in concat(values(google_storage_bucket_iam_member.function), values(google_secret_manager_secret_iam_member.function), values(google_pubsub_topic_iam_member.function)) : !contains(["allUsers", "allAuthenticatedUsers"], m.member)])
    error_message = "Everybody may do something."
  }
}

run "each_function_reads_its_own_secrets" {
  command = plan

  assert {
    condition     = toset([for key, m in google_secret_manager_secret_iam_member.function : key if m.member == local.members["fn-ocr"]]) == toset(["ocr DATABASE_URL"])
    error_message = "ocr reads other secrets than its database's."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "ACCESS_TOKEN_SIGNING_KEY")]) == toset(["auth ACCESS_TOKEN_SIGNING_KEY"])
    error_message = "Somebody else than auth signs access tokens."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "MAIL_TOKEN_KEYS")]) == toset(["auth MAIL_TOKEN_KEYS", "projects MAIL_TOKEN_KEYS", "email MAIL_TOKEN_KEYS"])
    error_message = "Others derive mailed tokens."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "SMTP_PASSWORD")]) == toset(["email SMTP_PASSWORD"])
    error_message = "Somebody else than email may sign in at the mail server."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "AUDIT_SEAL_KEY")]) == toset(["maintenance AUDIT_SEAL_KEY"])
    error_message = "Somebody else than maintenance seals the audit log."
  }

  assert {
    condition     = alltrue([for name, s in local.function_secrets : s["DATABASE_URL"] == (name == "maintenance" ? "database-url-maintenance" : "database-url-functions")])
    error_message = "A function signs in to the database as another."
  }

  assert {
    condition     = alltrue([for name, e in local.environment : length(setintersection(keys(e), [for variable, v in local.platform.functions[name].variables : variable if v.secret && variable != "REDIS_URL"])) == 0])
    error_message = "A secret stands in a plain variable."
  }
}

run "functions_do_what_they_need_and_no_more" {
  command = plan

  assert {
    condition     = toset([for m in google_storage_bucket_iam_member.function : m.member]) == toset([for name in ["data", "ocr", "transcription", "export", "maintenance"] : local.members["fn-${name}"]])
    error_message = "A function has a right on a bucket that it does not use."
  }

  assert {
    condition     = alltrue([for m in google_storage_bucket_iam_member.function : strcontains(m.condition[0].expression, "/objects/documents/") || strcontains(m.condition[0].expression, "/objects/ocr/") if m.member == local.members["fn-ocr"]])
    error_message = "ocr reads or writes what is not its own."
  }

  assert {
    condition     = alltrue([for m in google_storage_bucket_iam_member.function : strcontains(m.condition[0].expression, "/objects/voice/") || strcontains(m.condition[0].expression, "/objects/transcription/") if m.member == local.members["fn-transcription"]])
    error_message = "transcription reads or writes what is not its own."
  }

  assert {
    condition     = length([for m in google_pubsub_topic_iam_member.function : m if contains([for name in ["ocr", "transcription", "email", "events", "analytics"] : local.members["fn-${name}"]], m.member)]) == 0
    error_message = "A function publishes that announces nothing."
  }

  assert {
    condition     = toset([for key in keys(google_pubsub_topic_iam_member.function) : key if startswith(key, "review ")]) == toset(["review email-requested"])
    error_message = "review publishes elsewhere."
  }

  assert {
    condition     = alltrue([for name in local.triggered_functions : local.environment[name]["PUSH_AUDIENCE"] == name && local.environment[name]["PUSH_SERVICE_ACCOUNT"] == local.emails["pushes"]])
    error_message = "A function that is triggered takes others' tokens than those of pushes for its own name."
  }

  assert {
    condition     = google_project_iam_custom_role.blob_signer.permissions == toset(["iam.serviceAccounts.signBlob"])
    error_message = "Whoever signs URLs may do more."
  }
}

run "a_mail_server_that_asks_nobody_needs_no_password" {
  command = plan

  variables {
    mail = { from = "Alta Data <no-reply@example.org>", host = "smtp.example.org" }
  }

  assert {
    condition     = !contains(keys(google_secret_manager_secret.this), "smtp-password") && !contains(keys(local.function_secrets["email"]), "SMTP_PASSWORD")
    error_message = "There is a password that nobody asks for."
  }
}

run "the_firewall_goes_by_what_a_function_reads" {
  command = plan

  assert {
    condition     = alltrue([for name in keys(local.platform.functions) : contains(module.function[name].tags, "redis-client") == contains(keys(local.platform.functions[name].variables), "REDIS_URL")])
    error_message = "A function reaches Redis that does not read REDIS_URL, or cannot."
  }

  assert {
    condition     = google_compute_firewall.deny_egress.priority > google_compute_firewall.to_database.priority && google_compute_firewall.deny_egress.destination_ranges == toset(["0.0.0.0/0"])
    error_message = "What is not allowed is not denied."
  }
}

run "logs_hold_no_token" {
  command = plan

  assert {
    condition     = alltrue([for url in ["https://api.example.org/events?project_id=1&ticket=secret", "https://api.example.org/auth/verify-email?token=secret", "https://api.example.org/invitations/secret", "https://api.example.org/invitations/secret/accept"] : can(regex(local.token_urls, url))])
    error_message = "A URL with a token would be logged."
  }

  assert {
    condition     = alltrue([for url in ["https://api.example.org/projects/1/invitations", "https://api.example.org/documents?project_id=1", "https://api.example.org/invitations"] : !can(regex(local.token_urls, url))])
    error_message = "A URL without a token would not be logged."
  }

  assert {
    condition     = google_storage_bucket.seals.retention_policy[0].is_locked && google_storage_bucket.seals.retention_policy[0].retention_period == tostring(730 * 86400)
    error_message = "Seals can be taken back."
  }
}
