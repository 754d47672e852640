# Pins the versions of the providers. README.md says how to add their checksums.

provider "registry.terraform.io/hashicorp/google" {
  version     = "7.45.0"
  constraints = "~> 7.0"
}

provider "registry.terraform.io/hashicorp/google-beta" {
  version     = "7.45.0"
  constraints = "~> 7.0"
}

provider "registry.terraform.io/hashicorp/time" {
  version     = "0.13.1"
  constraints = "~> 0.13"
}
