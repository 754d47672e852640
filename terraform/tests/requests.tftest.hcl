# The way of a request: who answers which path, and who can reach a function.
# Nothing is made: these are plans, with the project's number put in.

override_data {
  target = data.google_project.this
  values = { number = "123456789012" }
}

run "the_url_map_sends_each_route_to_its_function" {
  command = plan

  assert {
    condition = toset(flatten([for rule in google_compute_url_map.this.path_matcher[0].path_rule : [for path in rule.paths : "${path} ${basename(rule.service)}"]])) == toset(concat(
      flatten([for name, function in local.platform.functions : [for route in function.routes : "${route} ${name}"]]),
      [for route in local.platform.static.docs : "${route} static-docs"],
    ))
    error_message = "The URL map differs from the list of the platform."
  }

  assert {
    condition     = basename(google_compute_url_map.this.path_matcher[0].default_service) == "auth" && basename(google_compute_url_map.this.default_service) == "auth"
    error_message = "What no function owns is auth's to refuse."
  }

  assert {
    condition     = tolist(google_compute_url_map.this.host_rule)[0].hosts == toset(["api.example.org"])
    error_message = "The map is for another host."
  }

  assert {
    condition     = length(google_compute_url_map.this.test) == length(flatten([for function in local.platform.functions : function.routes])) + 1
    error_message = "Google checks each route, and one that nobody owns."
  }
}

run "the_reference_page_is_served_only_where_it_is_wanted" {
  command = plan

  variables {
    reference_page = true
    frontend_url   = null
  }

  assert {
    condition     = contains(keys(google_compute_backend_bucket.static), "page")
    error_message = "There is no backend for the page."
  }

  assert {
    condition     = length(google_compute_backend_bucket.static) == 2 && local.environment["email"]["FRONTEND_URL"] == "https://api.example.org"
    error_message = "Links in mails lead to the page."
  }

  assert {
    condition     = local.environment["auth"]["PASSKEY_RP_ID"] == "api.example.org"
    error_message = "Passkeys belong to the page's host."
  }
}

run "browsers_reach_functions_only_through_the_load_balancer" {
  command = plan

  assert {
    condition     = alltrue([for name in local.http_functions : module.function[name].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"])
    error_message = "A function that browsers call can be called around the load balancer."
  }

  assert {
    condition     = alltrue([for name in local.triggered_functions : module.function[name].ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"])
    error_message = "A function that is triggered can be called from outside."
  }

  assert {
    condition     = toset(keys(google_compute_region_network_endpoint_group.function)) == toset(local.http_functions)
    error_message = "Only functions with routes stand behind the load balancer."
  }

  assert {
    condition     = toset(local.triggered_functions) == toset(["ocr", "transcription", "email", "export", "maintenance"])
    error_message = "Other functions are triggered than those that are known to be."
  }

  assert {
    condition     = google_compute_url_map.redirect.default_url_redirect[0].https_redirect
    error_message = "Plain HTTP is answered otherwise than by a redirect."
  }

  assert {
    condition     = google_compute_ssl_policy.this.min_tls_version == "TLS_1_2"
    error_message = "Old versions of TLS are spoken."
  }
}

run "cloud_armor_is_optional" {
  command = plan

  variables {
    cloud_armor = false
  }

  assert {
    condition     = length(google_compute_security_policy.this) == 0
    error_message = "There is a policy."
  }
}

run "cloud_armor_lets_the_interface_through" {
  command = plan

  assert {
    condition     = length([for rule in google_compute_security_policy.this[0].rule : rule if startswith(rule.action, "deny") && strcontains(try(rule.match[0].expr[0].expression, ""), "methodenforcement")]) == 0
    error_message = "Changes and deletions are refused: these rules know only GET, HEAD, POST and OPTIONS."
  }

  assert {
    condition     = alltrue([for name, backend in google_compute_backend_service.function : backend.log_config[0].enable])
    error_message = "What is refused is not logged."
  }
}

run "every_alert_is_explained" {
  command = plan

  assert {
    condition     = alltrue([for name in keys(google_monitoring_alert_policy.this) : strcontains(file("README.md"), "| `${name}` |")])
    error_message = "README.md does not say what an alert means."
  }
}

run "cors_names_the_same_origins_everywhere" {
  command = plan

  assert {
    condition     = alltrue([for name in local.http_functions : local.environment[name]["CORS_ORIGINS"] == "https://app.example.org,https://other.example.org"])
    error_message = "A function allows other origins."
  }

  assert {
    condition     = google_storage_bucket.this["uploads"].cors[0].origin == tolist(["https://app.example.org", "https://other.example.org"])
    error_message = "The uploads bucket allows other origins."
  }

  assert {
    condition     = length(setsubtract(["x-goog-if-generation-match", "x-goog-content-length-range", "x-goog-resumable", "Content-Type", "Location"], google_storage_bucket.this["uploads"].cors[0].response_header)) == 0
    error_message = "A header that is signed, or that a resumable upload needs, does not pass."
  }

  assert {
    condition     = length(google_storage_bucket.this["results"].cors) == 0
    error_message = "Browsers have no business in the results bucket."
  }
}
