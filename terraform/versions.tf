terraform {
  # 1.11 introduced write-only arguments, which keep secrets out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
    # Only for google_project_service_identity, which the google provider does not have.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.0"
    }
    # Waits where Google's changes take effect later than its answers.
    time = {
      source  = "hashicorp/time"
      version = "~> 0.13"
    }
  }

  # Each environment has its own bucket: terraform init -backend-config="bucket=…" (README.md).
  backend "gcs" {
    prefix = "alta-data"
  }
}

provider "google" {
  project = var.project
  region  = var.region

  # The budget API requires a project for its quota.
  billing_project       = var.project
  user_project_override = true

  default_labels = {
    application = "alta-data"
    environment = var.environment
  }
}

provider "google-beta" {
  project = var.project
  region  = var.region
}

data "google_project" "this" {
  project_id = var.project
}
