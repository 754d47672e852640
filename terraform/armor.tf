# Cloud Armor: rate limits by address, and rules that reject attacks before they reach a function.

locals {
  # Rules of the OWASP Core Rule Set (https://cloud.google.com/armor/docs/waf-rules), at the sensitivity that ordinary
  # requests pass. The rules on methods are left out because they reject PUT, PATCH and DELETE.
  waf_rules = {
    # Log4Shell and similar vulnerabilities, which scanners try on every address.
    "cve-canary"                  = 900
    "sqli-v33-stable"             = 1000
    "xss-v33-stable"              = 1010
    "lfi-v33-stable"              = 1020
    "rfi-v33-stable"              = 1030
    "rce-v33-stable"              = 1040
    "scannerdetection-v33-stable" = 1060
    "protocolattack-v33-stable"   = 1070
    "sessionfixation-v33-stable"  = 1080
  }
  # Free text and passwords, which may look like an attack. They are safe because functions only bind them to queries.
  waf_exempt_fields = ["corrected_text", "credential", "description", "display_name", "domain", "feedback", "filename", "name", "password", "q", "reason"]
}

resource "google_compute_security_policy" "this" {
  #checkov:skip=CKV_GCP_73: cve-canary rejects requests once enforced_waf_rules names it
  count = var.cloud_armor ? 1 : 0

  name        = "alta-data"
  description = "Rate limits by address, and OWASP rules"

  advanced_options_config {
    json_parsing = "STANDARD"
    # Only application/json is parsed by default. Other bodies are matched as one string, so that the fields below are not
    # exempt in them (https://cloud.google.com/armor/docs/content-parsing). PATCH requests use RFC 7396.
    json_custom_config {
      content_types = ["application/json", "application/merge-patch+json"]
    }
    log_level = "NORMAL"
  }

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  dynamic "rule" {
    for_each = local.waf_rules
    content {
      priority    = rule.value
      action      = "deny(403)"
      description = rule.key
      preview     = !contains(var.enforced_waf_rules, rule.key)
      match {
        expr {
          expression = rule.key == "cve-canary" ? "evaluatePreconfiguredExpr('cve-canary')" : "evaluatePreconfiguredWaf('${rule.key}', {'sensitivity': 1})"
        }
      }
      preconfigured_waf_config {
        exclusion {
          target_rule_set = rule.key
          dynamic "request_query_param" {
            for_each = local.waf_exempt_fields
            content {
              operator = "EQUALS"
              value    = request_query_param.value
            }
          }
        }
      }
    }
  }

  # Slows down password guessing. The functions also limit by account.
  rule {
    priority    = 2000
    action      = "throttle"
    preview     = false
    description = "Sign-in and registration, by address"
    match {
      expr {
        expression = "request.path.startsWith('/auth/')"
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = ceil(var.requests_per_minute / 4)
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = "throttle"
    preview     = false
    description = "All requests, by address"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }

  depends_on = [time_sleep.apis]
}
