import { isProblem } from "@alta-data/client";
import type { UseFormReturnType } from "@mantine/form";
import { currentLanguage, i18n } from "#/i18n";

/**
 * Shows the invalid fields of a problem beside the inputs of a form. Returns true if all of them have an input, and
 * false for any other error, which the caller shows.
 */
export function showFieldErrors<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  error: unknown,
): boolean {
  if (!isProblem(error, "invalid_fields")) return false;
  const known = error.errors.filter(({ field }) => field in form.getValues());
  form.setErrors(Object.fromEntries(known.map(({ field, code, message }) => [field, fieldMessage(code, message)])));
  return known.length === error.errors.length && known.length > 0;
}

// The API answers in English.
function fieldMessage(code: string, message: string): string {
  if (currentLanguage() === "en") return `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return code === "required" ? i18n.t("fieldErrors.required") : i18n.t("fieldErrors.invalid");
}
