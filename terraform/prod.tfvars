# The production environment: highly available, sized for a million documents a month (calculation in README.md).

project      = "alta-data-prod"
state_bucket = "alta-data-prod-terraform"
environment  = "prod"
domain       = "api.alta-data.example"

# Set to true after the first release (README.md).
released = false

# Cloud Build restricts some projects to a few regions, of which this is the nearest.
build_region = "europe-west1"

frontend_url = "https://app.alta-data.example"

database = {
  edition              = "ENTERPRISE_PLUS"
  tier                 = "db-perf-optimized-N-4"
  highly_available     = true
  disk_gb              = 500
  max_connections      = 1000
  backups              = 30
  transaction_log_days = 14
}

redis = {
  tier      = "STANDARD_HA"
  memory_gb = 1
}

# Functions that answer waiting users keep at least one instance, and so does maintenance, which is called each minute.
functions = {
  auth          = { min_instances = 2, max_instances = 12 }
  users         = { max_instances = 4 }
  projects      = { min_instances = 1, max_instances = 8 }
  data          = { min_instances = 1, max_instances = 12 }
  events        = { min_instances = 1, max_instances = 8, database_connections = 2 }
  review        = { min_instances = 1, max_instances = 8 }
  analytics     = { max_instances = 4 }
  admin         = { max_instances = 3 }
  ocr           = { max_instances = 20 }
  transcription = { max_instances = 8 }
  email         = { max_instances = 4 }
  export        = { max_instances = 5 }
  maintenance   = { min_instances = 1, max_instances = 4 }
}

mail = {
  from     = "Alta Data <no-reply@alta-data.example>"
  host     = "smtp.alta-data.example"
  username = "alta-data"
}

# Printed by ./secrets. The private half of this example key was discarded.
access_token_keys = [
  {
    kid = "KWBNuSeulMqlICcUzMbACshIfsNJfp-QsmffhBdHK7w"
    x   = "jyTxgm2CVSacKUpK5OKneDaxsZuYUB3rNz6J2vv_Juw"
    y   = "2T3GlosgMGtrPI5CCj9nTX-7EvOYoOKSjVIYk61Jd-M"
  },
]

alert_emails = ["on-call@alta-data.example"]

budget = {
  billing_account = "000000-000000-000000"
  currency        = "USD"
  amount          = 7000
}

repository = {
  id     = "projects/alta-data-prod/locations/europe-west1/connections/github/repositories/alta-data"
  branch = "main"
}
