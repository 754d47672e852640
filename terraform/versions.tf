terraform {
  # 1.11: write-only arguments, which keep secrets out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
    # Only for google_project_service_identity, which the other one lacks.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.0"
    }
  }

  # terraform init -backend-config="bucket=…": one bucket for each environment, made before (README.md).
  backend "gcs" {
    prefix = "alta-data"
  }
}

provider "google" {
  project = var.project
  region  = var.region

  # The budget's API counts its calls on the project that it is told.
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
