# Values for all tests, unless a test overrides them.
project      = "alta-data-test"
state_bucket = "alta-data-test-terraform"
environment  = "test"
released     = true
domain       = "api.example.org"
frontend_url = "https://app.example.org"
cors_origins = ["https://other.example.org"]
alert_emails = ["on-call@example.org"]
mail         = { from = "Alta Data <no-reply@example.org>", host = "smtp.example.org", username = "alta" }
redis        = { tier = "STANDARD_HA", memory_gb = 1 }
database     = { tier = "db-custom-4-15360", highly_available = true, max_connections = 400 }
access_token_keys = [{
  kid = "test"
  x   = "jyTxgm2CVSacKUpK5OKneDaxsZuYUB3rNz6J2vv_Juw"
  y   = "2T3GlosgMGtrPI5CCj9nTX-7EvOYoOKSjVIYk61Jd-M"
}]
functions = {
  auth          = { max_instances = 3 }
  users         = { max_instances = 3 }
  projects      = { max_instances = 3 }
  data          = { max_instances = 3 }
  events        = { max_instances = 3 }
  review        = { max_instances = 3 }
  analytics     = { max_instances = 3 }
  admin         = { max_instances = 3 }
  ocr           = { max_instances = 3 }
  transcription = { max_instances = 3 }
  email         = { max_instances = 3 }
  export        = { max_instances = 3 }
  maintenance   = { max_instances = 3 }
}
