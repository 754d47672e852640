# The development environment: mostly one instance of each function, a small database, no Redis, no Cloud Armor.

project      = "alta-data-dev"
state_bucket = "alta-data-dev-terraform"
environment  = "dev"
domain       = "dev.alta-data.example"

# Set to true after the first release (README.md).
released = false

# Cloud Build restricts some projects to a few regions, of which this is the nearest.
build_region = "europe-west1"
scan_images  = false

# The environment can be destroyed.
deletion_protection = false
seals_locked        = false
soft_delete_days    = 0

console      = true
cors_origins = ["http://localhost:3000", "http://localhost:5173"]
cloud_armor  = false

database = {
  tier                 = "db-g1-small"
  highly_available     = false
  max_connections      = 100
  backups              = 3
  transaction_log_days = 3
}

# Two connections for each instance; instances double during a rollout.
functions = {
  auth          = { max_instances = 2, database_connections = 2 }
  users         = { max_instances = 1, database_connections = 2 }
  projects      = { max_instances = 1, database_connections = 2 }
  data          = { max_instances = 1, database_connections = 2 }
  events        = { max_instances = 1, database_connections = 2 }
  review        = { max_instances = 1, database_connections = 2 }
  analytics     = { max_instances = 1, database_connections = 2 }
  admin         = { max_instances = 1, database_connections = 2 }
  ocr           = { max_instances = 1, database_connections = 2 }
  transcription = { max_instances = 1, database_connections = 2 }
  email         = { max_instances = 1, database_connections = 2 }
  export        = { max_instances = 1, database_connections = 2 }
  maintenance   = { max_instances = 1, database_connections = 2 }
}

mail = {
  from     = "Alta Data <no-reply@alta-data.example>"
  host     = "smtp.alta-data.example"
  username = "alta-data-dev"
}

# Printed by ./secrets. The private half of this example key was discarded.
access_token_keys = [
  {
    kid = "KWBNuSeulMqlICcUzMbACshIfsNJfp-QsmffhBdHK7w"
    x   = "jyTxgm2CVSacKUpK5OKneDaxsZuYUB3rNz6J2vv_Juw"
    y   = "2T3GlosgMGtrPI5CCj9nTX-7EvOYoOKSjVIYk61Jd-M"
  },
]

alert_emails = ["dev@alta-data.example"]
