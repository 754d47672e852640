variable "name" {
  description = "The name of the function and of its service."
  type        = string
}

variable "region" {
  description = "The region of the service."
  type        = string
}

variable "project_number" {
  description = "The project's number, part of the service's URL."
  type        = string
}

variable "image" {
  description = "The image that runs until the first release."
  type        = string
}

variable "service_account" {
  description = "The service account of the function."
  type        = string
}

variable "behind_load_balancer" {
  description = "Whether browsers call it, through the load balancer. Otherwise only Pub/Sub and Cloud Scheduler do."
  type        = bool
}

variable "variables" {
  description = "The environment variables that its code reads, from platform.json."
  type        = map(object({ required = bool, secret = bool, default = optional(string) }))
}

variable "environment" {
  description = "The plain values of environment variables."
  type        = map(string)
}

variable "secrets" {
  description = "The environment variables whose values are in Secret Manager."
  type        = map(object({ secret = string, version = string }))
}

variable "network" {
  description = "The network and subnetwork of the instances, and the tags that firewall rules match."
  type        = object({ network = string, subnetwork = string, tags = list(string) })
}

variable "min_instances" {
  description = "The minimum number of instances."
  type        = number
}

variable "max_instances" {
  description = "The maximum number of instances."
  type        = number
}

variable "concurrency" {
  description = "The maximum number of concurrent requests to one instance."
  type        = number
}

variable "memory" {
  description = "The memory limit of an instance, such as 512Mi."
  type        = string
}

variable "timeout_seconds" {
  description = "The request timeout, including a streamed response."
  type        = number
}

variable "deletion_protection" {
  description = "Prevents destroying the service."
  type        = bool
}
