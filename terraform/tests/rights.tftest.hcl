# Tests of permissions and secrets: least privilege. They only plan, with a fixed project number.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "project_roles_are_narrow" {
  command = plan

  assert {
    condition     = length(setintersection(concat([for m in google_project_iam_member.function : m.role], [for m in google_project_iam_member.deploy : m.role], [for m in google_project_iam_member.service_agent : m.role], [google_project_iam_member.checks.role, google_project_iam_member.check_health.role]), ["roles/owner", "roles/editor", "roles/viewer", "roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator", "roles/secretmanager.secretAccessor", "roles/storage.admin", "roles/storage.objectAdmin", "roles/run.admin"])) == 0
    error_message = "A role on the whole project is too broad."
  }

  assert {
    condition     = toset(keys(google_project_iam_member.function)) == toset(["ocr", "transcription"])
    error_message = "A function other than ocr and transcription has a role on the whole project."
  }
}

run "only_the_static_bucket_is_public" {
  command = plan

  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access])
    error_message = "A bucket can become public."
  }

  assert {
    condition     = google_storage_bucket.seals.public_access_prevention == "enforced" && google_storage_bucket.seals.uniform_bucket_level_access
    error_message = "The bucket of the seals can become public."
  }

  assert {
    condition     = alltrue([for m in concat(values(google_storage_bucket_iam_member.function), values(google_storage_bucket_iam_member.ai)) : m.bucket != google_storage_bucket.static.name]) && google_storage_bucket_iam_member.static.member == "allUsers" && google_storage_bucket_iam_member.static.bucket == "alta-data-test-static"
    error_message = "Another bucket than the static one is public."
  }

  assert {
    condition     = alltrue([for m in concat(values(google_storage_bucket_iam_member.function), values(google_secret_manager_secret_iam_member.function), values(google_pubsub_topic_iam_member.function)) : !contains(["allUsers", "allAuthenticatedUsers"], m.member)])
    error_message = "A grant is public."
  }
}

run "each_function_reads_only_its_secrets" {
  command = plan

  assert {
    condition     = toset([for key, m in google_secret_manager_secret_iam_member.function : key if m.member == local.members["fn-ocr"]]) == toset(["ocr DATABASE_URL"])
    error_message = "ocr can read more secrets than its database URL."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "ACCESS_TOKEN_SIGNING_KEY")]) == toset(["auth ACCESS_TOKEN_SIGNING_KEY"])
    error_message = "A function other than auth can sign access tokens."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "MAIL_TOKEN_KEYS")]) == toset(["auth MAIL_TOKEN_KEYS", "projects MAIL_TOKEN_KEYS", "email MAIL_TOKEN_KEYS"])
    error_message = "The wrong functions can derive tokens for mailed links."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "CURSOR_KEYS")]) == toset([for name in ["users", "projects", "data", "review", "admin"] : "${name} CURSOR_KEYS"])
    error_message = "The wrong functions can sign cursors."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "SMTP_PASSWORD")]) == toset(["email SMTP_PASSWORD"])
    error_message = "A function other than email can read the SMTP password."
  }

  assert {
    condition     = toset([for key in keys(google_secret_manager_secret_iam_member.function) : key if endswith(key, "AUDIT_SEAL_KEY")]) == toset(["maintenance AUDIT_SEAL_KEY"])
    error_message = "A function other than maintenance can seal the audit log."
  }

  assert {
    condition     = alltrue([for name, s in local.function_secrets : s["DATABASE_URL"] == (name == "maintenance" ? "database-url-maintenance" : "database-url-functions")])
    error_message = "A function uses the wrong database login."
  }

  assert {
    condition     = alltrue([for name, e in local.environment : length(setintersection(keys(e), [for variable, v in local.platform.functions[name].variables : variable if v.secret])) == 0])
    error_message = "A plain environment variable contains a secret."
  }
}

run "functions_have_least_privilege" {
  command = plan

  assert {
    condition     = toset([for m in google_storage_bucket_iam_member.function : m.member]) == toset([for name in ["data", "ocr", "transcription", "export", "maintenance"] : local.members["fn-${name}"]])
    error_message = "A function has a role on a bucket that it does not use."
  }

  assert {
    condition     = alltrue([for m in google_storage_bucket_iam_member.function : strcontains(m.condition[0].expression, "/objects/documents/") || strcontains(m.condition[0].expression, "/objects/ocr/") if m.member == local.members["fn-ocr"]])
    error_message = "ocr can access objects outside its prefixes."
  }

  assert {
    condition     = alltrue([for m in google_storage_bucket_iam_member.function : strcontains(m.condition[0].expression, "/objects/voice/") || strcontains(m.condition[0].expression, "/objects/transcription/") || strcontains(m.condition[0].expression, "/objects/converted/") if m.member == local.members["fn-transcription"]])
    error_message = "transcription can access objects outside its prefixes."
  }

  assert {
    condition     = length([for m in google_pubsub_topic_iam_member.function : m if contains([for name in ["ocr", "transcription", "email", "events", "analytics"] : local.members["fn-${name}"]], m.member)]) == 0
    error_message = "A function that publishes no events can publish."
  }

  assert {
    condition     = toset([for key in keys(google_pubsub_topic_iam_member.function) : key if startswith(key, "review ")]) == toset(["review email-requested"])
    error_message = "review can publish to other topics than email-requested."
  }

  assert {
    condition     = alltrue([for name in local.triggered_functions : local.environment[name]["PUSH_AUDIENCE"] == name && local.environment[name]["PUSH_SERVICE_ACCOUNT"] == local.emails["pushes"]])
    error_message = "A triggered function accepts tokens of another account or audience."
  }

  assert {
    condition     = google_project_iam_custom_role.blob_signer.permissions == toset(["iam.serviceAccounts.signBlob"])
    error_message = "The role for signing URLs has more permissions than signBlob."
  }
}

run "an_smtp_server_without_a_username_needs_no_password" {
  command = plan

  variables {
    mail = { from = "Alta Data <no-reply@example.org>", host = "smtp.example.org" }
  }

  assert {
    condition     = !contains(keys(google_secret_manager_secret.this), "smtp-password") && !contains(keys(local.function_secrets["email"]), "SMTP_PASSWORD")
    error_message = "The SMTP password exists without a username."
  }
}

run "the_firewall_opens_redis_only_to_its_clients" {
  command = plan

  assert {
    condition     = alltrue([for name in keys(local.platform.functions) : contains(module.function[name].tags, "redis-client") == contains(keys(local.platform.functions[name].variables), "REDIS_URL")])
    error_message = "The functions that can connect to Redis differ from those that read REDIS_URL."
  }

  assert {
    condition     = google_compute_firewall.deny_egress.priority > google_compute_firewall.to_database.priority && google_compute_firewall.deny_egress.destination_ranges == toset(["0.0.0.0/0"])
    error_message = "Egress that no rule allows is not denied."
  }
}

run "request_logs_contain_no_tokens" {
  command = plan

  assert {
    condition     = alltrue([for url in ["https://api.example.org/events?project_id=1&ticket=secret", "https://api.example.org/auth/verify-email?token=secret", "https://api.example.org/invitations/secret", "https://api.example.org/invitations/secret/accept"] : can(regex(local.token_urls, url))])
    error_message = "A URL with a token is logged."
  }

  assert {
    condition     = alltrue([for url in ["https://api.example.org/projects/1/invitations", "https://api.example.org/documents?project_id=1", "https://api.example.org/invitations"] : !can(regex(local.token_urls, url))])
    error_message = "A URL without a token is not logged."
  }

  assert {
    condition     = google_storage_bucket.seals.retention_policy[0].is_locked && google_storage_bucket.seals.retention_policy[0].retention_period == tostring(730 * 86400)
    error_message = "The seals' retention is not locked, or too short."
  }
}
