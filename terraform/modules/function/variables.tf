variable "name" {
  description = "The function, and so the service."
  type        = string
}

variable "region" {
  description = "Where it runs."
  type        = string
}

variable "project_number" {
  description = "The project's number, which the service's address is made of."
  type        = string
}

variable "image" {
  description = "What it runs until Cloud Build rolls out a release."
  type        = string
}

variable "service_account" {
  description = "The account it runs as."
  type        = string
}

variable "behind_load_balancer" {
  description = "Whether browsers reach it, through the load balancer only; otherwise Pub/Sub and Cloud Scheduler do."
  type        = bool
}

variable "variables" {
  description = "The variables that its code reads (platform.json)."
  type        = map(object({ required = bool, secret = bool, default = optional(string) }))
}

variable "environment" {
  description = "Values of variables."
  type        = map(string)
}

variable "secrets" {
  description = "Variables whose values are in Secret Manager."
  type        = map(object({ secret = string, version = string }))
}

variable "network" {
  description = "The subnetwork that it reaches the database from, and the tags that the firewall goes by."
  type        = object({ network = string, subnetwork = string, tags = list(string) })
}

variable "min_instances" {
  description = "Instances that are kept ready."
  type        = number
}

variable "max_instances" {
  description = "Instances at most."
  type        = number
}

variable "concurrency" {
  description = "Requests that one instance serves at once."
  type        = number
}

variable "memory" {
  description = "Memory of an instance."
  type        = string
}

variable "timeout_seconds" {
  description = "How long a request may take, its streamed answer included."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the service refuses to be destroyed."
  type        = bool
}
