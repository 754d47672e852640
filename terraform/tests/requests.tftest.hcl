# Tests of routing, ingress, Cloud Armor, CORS and alerts. They only plan, with a fixed project number.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "the_url_map_routes_each_path_to_its_function" {
  command = plan

  assert {
    condition = toset(flatten([for rule in google_compute_url_map.this.path_matcher[0].path_rule : [for path in rule.paths : "${path} ${basename(rule.service)}"]])) == toset(concat(
      flatten([for name, function in local.platform.functions : [for route in function.routes : "${route} ${name}"]]),
      [for route in local.platform.static.docs : "${route} static-docs"],
    ))
    error_message = "The URL map differs from platform.json."
  }

  assert {
    condition     = basename(google_compute_url_map.this.path_matcher[0].default_service) == "auth" && basename(google_compute_url_map.this.default_service) == "auth"
    error_message = "Unknown paths do not go to auth, which responds with 404."
  }

  assert {
    condition     = tolist(google_compute_url_map.this.host_rule)[0].hosts == toset(["api.example.org"])
    error_message = "The URL map has the wrong host."
  }

  assert {
    condition     = length(google_compute_url_map.this.test) == length(flatten([for function in local.platform.functions : function.routes])) + 1
    error_message = "The URL map does not test each route and one unknown path."
  }
}

run "the_console_is_optional" {
  command = plan

  variables {
    console      = true
    frontend_url = null
  }

  assert {
    condition     = toset(keys(google_compute_backend_bucket.static)) == toset(["assets", "console", "docs"]) && local.environment["email"]["FRONTEND_URL"] == "https://api.example.org"
    error_message = "The console has no backend, or links in mails do not point to it."
  }

  assert {
    condition = {
      for rule in google_compute_url_map.this.path_matcher[0].path_rule : basename(rule.service) => rule.route_action[0].url_rewrite[0].path_prefix_rewrite if length(rule.route_action) > 0
    } == { static-console = "/index.html" }
    error_message = "Each path of the console, and no other path, must lead to its page."
  }

  assert {
    condition     = alltrue([for path in local.platform.static.console : !strcontains(path, "*")])
    error_message = "A rewrite replaces only a path without a wildcard as a whole."
  }

  assert {
    condition     = local.environment["auth"]["PASSKEY_RP_ID"] == "api.example.org"
    error_message = "The relying party ID of passkeys is not the console's host."
  }
}

run "browsers_reach_functions_only_through_the_load_balancer" {
  command = plan

  assert {
    condition     = alltrue([for name in local.http_functions : module.function[name].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"])
    error_message = "A function that browsers call is reachable without the load balancer."
  }

  assert {
    condition     = alltrue([for name in local.triggered_functions : module.function[name].ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"])
    error_message = "A triggered function is reachable from the internet."
  }

  assert {
    condition     = toset(keys(google_compute_region_network_endpoint_group.function)) == toset(local.http_functions)
    error_message = "The load balancer's backends differ from the functions with routes."
  }

  assert {
    condition     = toset(local.triggered_functions) == toset(["ocr", "transcription", "email", "export", "maintenance"])
    error_message = "The list of triggered functions changed."
  }

  assert {
    condition     = google_compute_url_map.redirect.default_url_redirect[0].https_redirect
    error_message = "Plain HTTP is not redirected to HTTPS."
  }

  assert {
    condition     = google_compute_ssl_policy.this.min_tls_version == "TLS_1_2"
    error_message = "TLS versions before 1.2 are allowed."
  }
}

run "cloud_armor_is_optional" {
  command = plan

  variables {
    cloud_armor = false
  }

  assert {
    condition     = length(google_compute_security_policy.this) == 0
    error_message = "Cloud Armor is disabled, but has a policy."
  }
}

run "cloud_armor_allows_the_api_methods" {
  command = plan

  assert {
    condition     = length([for rule in google_compute_security_policy.this[0].rule : rule if startswith(rule.action, "deny") && strcontains(try(rule.match[0].expr[0].expression, ""), "methodenforcement")]) == 0
    error_message = "The method rules are enabled, which reject PUT, PATCH and DELETE."
  }

  assert {
    condition     = alltrue([for name, backend in google_compute_backend_service.function : backend.log_config[0].enable])
    error_message = "Rejected requests are not logged."
  }
}

run "a_waf_rule_only_logs_until_it_is_enforced" {
  command = plan

  variables {
    enforced_waf_rules = ["cve-canary", "sqli-v33-stable"]
  }

  assert {
    condition     = alltrue([for rule in google_compute_security_policy.this[0].rule : rule.preview != contains(["cve-canary", "sqli-v33-stable"], rule.description) if contains(keys(local.waf_rules), rule.description)])
    error_message = "A rule rejects requests although it is not enforced, or the other way round."
  }

  assert {
    condition     = alltrue([for rule in google_compute_security_policy.this[0].rule : !rule.preview if rule.action == "throttle"])
    error_message = "A rate limit only logs."
  }
}

run "an_unknown_waf_rule_is_rejected" {
  command = plan

  variables {
    enforced_waf_rules = ["sqli"]
  }

  expect_failures = [var.enforced_waf_rules]
}

run "every_alert_is_documented" {
  command = plan

  assert {
    condition     = alltrue([for name in keys(google_monitoring_alert_policy.this) : strcontains(file("README.md"), "| `${name}` |")])
    error_message = "An alert is missing from README.md."
  }
}

run "cors_allows_the_same_origins_everywhere" {
  command = plan

  assert {
    condition     = alltrue([for name in local.http_functions : local.environment[name]["CORS_ORIGINS"] == "https://app.example.org,https://other.example.org"])
    error_message = "A function allows the wrong origins."
  }

  assert {
    condition     = google_storage_bucket.this["uploads"].cors[0].origin == tolist(["https://app.example.org", "https://other.example.org"])
    error_message = "The uploads bucket allows the wrong origins."
  }

  assert {
    condition     = length(setsubtract(["x-goog-if-generation-match", "x-goog-content-length-range", "x-goog-resumable", "Content-Type", "Location"], google_storage_bucket.this["uploads"].cors[0].response_header)) == 0
    error_message = "CORS does not allow a header that signed or resumable uploads need."
  }

  assert {
    condition     = length(google_storage_bucket.this["results"].cors) == 0
    error_message = "Browsers can access the results bucket."
  }
}
