# The Document AI processor for OCR. Speech-to-Text needs no resource: requests to the recognizer `_` carry their own
# settings.

resource "google_document_ai_processor" "ocr" {
  #checkov:skip=CKV2_GCP_22: the processor stores no data: files stay in their bucket, text in the database
  location     = var.ai_location
  display_name = "ocr"
  type         = "OCR_PROCESSOR"

  depends_on = [time_sleep.apis]
}
