# What reads documents. Speech-to-Text needs no resource: the empty recognizer `_` takes its settings with each call.

resource "google_document_ai_processor" "ocr" {
  #checkov:skip=CKV2_GCP_22: it keeps nothing: files stay in their bucket, and text goes into the database
  location     = var.ai_location
  display_name = "ocr"
  type         = "OCR_PROCESSOR"

  depends_on = [google_project_service.this]
}
