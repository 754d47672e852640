# Tests of invalid values, which a plan rejects, and of valid edge cases. They only plan, with a fixed project number.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "connections_within_the_limit_are_accepted" {
  command = plan

  assert {
    condition     = local.connections.needed == 13 * 3 * 4 * 2 + 20 && local.connections.allowed == 340
    error_message = "The number of connections is computed incorrectly."
  }
}

run "connections_above_the_limit_are_rejected" {
  command = plan

  variables {
    database = { tier = "db-custom-4-15360", highly_available = true, max_connections = 390 }
  }

  expect_failures = [google_sql_database_instance.this]
}

run "managed_pooling_is_rejected" {
  command = plan

  variables {
    database = { edition = "ENTERPRISE_PLUS", tier = "db-perf-optimized-N-4", highly_available = true, max_connections = 400, pooling = true }
  }

  expect_failures = [var.database]
}

run "a_limit_below_one_and_more_streams_than_requests_are_rejected" {
  command = plan

  variables {
    limits = { items_per_user_and_day = 0, event_streams_per_instance = 1000 }
  }

  expect_failures = [var.limits]
}

run "limits_reach_the_functions_that_count_them" {
  command = plan

  variables {
    registration = "example.org"
    limits       = { items_per_user_and_day = 10 }
  }

  assert {
    condition     = local.values["data"]["ITEMS_PER_USER_AND_DAY"] == "10" && local.values["auth"]["REGISTRATION"] == "example.org" && !contains(keys(local.values["data"]), "OPEN_DRAFTS_PER_USER")
    error_message = "A limit does not reach its function, or a default is not left to the code."
  }
}

run "a_missing_origin_for_links_in_mails_is_rejected" {
  command = plan

  variables {
    frontend_url = null
  }

  expect_failures = [var.frontend_url]
}

run "a_wildcard_origin_is_rejected" {
  command = plan

  variables {
    cors_origins = ["https://*.example.org"]
  }

  expect_failures = [var.cors_origins]
}

run "an_invalid_access_token_key_is_rejected" {
  command = plan

  variables {
    access_token_keys = [{ kid = "test", x = "short", y = "short" }]
  }

  expect_failures = [var.access_token_keys]
}

run "the_secret_version_latest_is_rejected" {
  command = plan

  variables {
    secret_versions = { refresh-token-key = "latest" }
  }

  expect_failures = [var.secret_versions]
}

run "alerts_without_a_recipient_are_rejected" {
  command = plan

  variables {
    alert_emails = []
  }

  expect_failures = [var.alert_emails]
}

run "a_rotation_uses_two_keys_and_two_logins" {
  command = plan

  variables {
    database_logins = ["1", "2"]
    secret_versions = { refresh-token-key = "3" }
    access_token_keys = [
      { kid = "old", x = "jyTxgm2CVSacKUpK5OKneDaxsZuYUB3rNz6J2vv_Juw", y = "2T3GlosgMGtrPI5CCj9nTX-7EvOYoOKSjVIYk61Jd-M" },
      { kid = "new", x = "jyTxgm2CVSacKUpK5OKneDaxsZuYUB3rNz6J2vv_Juw", y = "2T3GlosgMGtrPI5CCj9nTX-7EvOYoOKSjVIYk61Jd-M" },
    ]
  }

  assert {
    condition     = length(jsondecode(local.environment["users"]["ACCESS_TOKEN_JWKS"]).keys) == 2
    error_message = "A public key is missing from the JWK set."
  }

  assert {
    condition     = toset(keys(google_sql_user.login)) == toset(["functions-1", "functions-2", "maintenance-1", "maintenance-2"]) && local.database_user["functions"] == "alta_functions_2"
    error_message = "The new login is not in use, or the old one is missing."
  }

  assert {
    condition     = local.secret_version["refresh-token-key"] == "3" && local.secret_version["mail-token-keys"] == "1"
    error_message = "A secret has the wrong version."
  }
}
