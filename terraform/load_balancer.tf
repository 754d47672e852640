# The platform's single origin: a global load balancer that routes by path, as the local gateway does.

resource "google_compute_global_address" "ipv4" {
  name       = "alta-data-ipv4"
  ip_version = "IPV4"
  depends_on = [time_sleep.apis]
}

resource "google_compute_global_address" "ipv6" {
  name       = "alta-data-ipv6"
  ip_version = "IPV6"
  depends_on = [time_sleep.apis]
}

locals {
  addresses = { ipv4 = google_compute_global_address.ipv4.id, ipv6 = google_compute_global_address.ipv6.id }
}

# Functions

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = toset(local.http_functions)

  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = module.function[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = toset(local.http_functions)

  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = one(google_compute_security_policy.this[*].id)

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  # All requests, except those whose URL contains a token (logging.tf).
  log_config {
    enable      = true
    sample_rate = 1
  }
}

# Static files

locals {
  # `docs`, and with the console its page and the files that the page names.
  static = { for kind, routes in local.platform.static : kind => routes if kind == "docs" || var.console }
}

resource "google_compute_backend_bucket" "static" {
  for_each = local.static

  name        = "static-${each.key}"
  bucket_name = google_storage_bucket.static.name
  # The headers that the local cloud sends, and HSTS, which applies only to HTTPS.
  custom_response_headers = concat(
    [for header, value in local.platform.static_headers[each.key] : "${header}: ${value}"],
    ["strict-transport-security: max-age=63072000; includeSubDomains"],
  )
}

# The URL map

locals {
  # Built from names, so that a plan shows the routing before the backends exist.
  backends = {
    for name, backend in google_compute_backend_service.function : name => "projects/${var.project}/global/backendServices/${backend.name}"
  }
  static_backends = {
    for kind, backend in google_compute_backend_bucket.static : kind => "projects/${var.project}/global/backendBuckets/${backend.name}"
  }
}

resource "google_compute_url_map" "this" {
  name            = "alta-data"
  default_service = local.backends[local.platform.default_function]

  host_rule {
    hosts        = [var.domain]
    path_matcher = "functions"
  }

  path_matcher {
    name = "functions"
    # Responds to all other paths with a 404 problem.
    default_service = local.backends[local.platform.default_function]

    dynamic "path_rule" {
      for_each = { for name in local.http_functions : name => local.platform.functions[name].routes }
      content {
        paths   = path_rule.value
        service = local.backends[path_rule.key]
      }
    }
    dynamic "path_rule" {
      for_each = local.static
      content {
        paths   = path_rule.value
        service = local.static_backends[path_rule.key]

        # The console's page is one object for all of its paths. A rewrite replaces the whole path, since the routes have
        # no wildcard.
        dynamic "route_action" {
          for_each = [for kind, file in local.platform.static_rewrites : file if kind == path_rule.key]
          content {
            url_rewrite {
              path_prefix_rewrite = route_action.value
            }
          }
        }
      }
    }
  }

  # Google rejects a URL map that fails these tests.
  dynamic "test" {
    for_each = merge([for name in local.http_functions : { for route in local.platform.functions[name].routes : replace(route, "*", "anything") => name }]...)
    content {
      host    = var.domain
      path    = test.key
      service = local.backends[test.value]
    }
  }
  test {
    host    = var.domain
    path    = "/nothing/owns/this"
    service = local.backends[local.platform.default_function]
  }
}

resource "google_compute_url_map" "redirect" {
  name = "alta-data-redirect"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }

  depends_on = [time_sleep.apis]
}

# Front ends

# Google renews the certificate while the domain's DNS records point to the load balancer. After a change of the domain,
# the new certificate is created before the old one is deleted.
resource "google_compute_managed_ssl_certificate" "this" {
  name = "alta-data-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [time_sleep.apis]
}

resource "google_compute_ssl_policy" "this" {
  name            = "alta-data"
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"

  depends_on = [time_sleep.apis]
}

resource "google_compute_target_https_proxy" "this" {
  name             = "alta-data"
  url_map          = google_compute_url_map.this.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this.id]
  ssl_policy       = google_compute_ssl_policy.this.id
}

resource "google_compute_target_http_proxy" "redirect" {
  name    = "alta-data-redirect"
  url_map = google_compute_url_map.redirect.id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.addresses

  name                  = "alta-data-https-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = each.value
  port_range            = "443"
  target                = google_compute_target_https_proxy.this.id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = local.addresses

  name                  = "alta-data-http-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = each.value
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect.id
}
