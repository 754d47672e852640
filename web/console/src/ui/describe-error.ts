import { ConnectionError, isProblem, StorageError, UnsupportedFileError } from "@alta-data/client";
import { currentLanguage, i18n } from "#/i18n";

/** An error in the words of the console. */
export interface ErrorDescription {
  readonly title: string;
  readonly detail?: string | undefined;
  /** The id under which the logs of the platform mention the request. */
  readonly requestId?: string | undefined;
}

/** Describes an error in the current language. */
export async function describeError(error: unknown): Promise<ErrorDescription> {
  await i18n.loadNamespaces("problems");
  const t = i18n.getFixedT(null, "problems");
  if (isProblem(error)) {
    const { problem, code, requestId } = error;
    // The API answers in English. Its sentence is more specific than the general one.
    if (currentLanguage() === "en") return { title: problem.title, detail: problem.detail ?? undefined, requestId };
    return { title: t(`${code}.title`), detail: t(`${code}.detail`), requestId };
  }
  if (error instanceof ConnectionError) return { title: t("offline.title"), detail: t("offline.detail") };
  if (error instanceof StorageError) return { title: t("storage.title"), detail: t("storage.detail") };
  if (error instanceof UnsupportedFileError) {
    return { title: t("file.title"), detail: t(`file.${error.reason}`) };
  }
  if (error instanceof DOMException && error.name === "InvalidStateError") {
    return { title: t("passkey_exists.title"), detail: t("passkey_exists.detail") };
  }
  if (error instanceof DOMException && error.name === "NotAllowedError") {
    return { title: t("passkey.title"), detail: t("passkey.detail") };
  }
  return { title: t("unexpected.title"), detail: t("unexpected.detail") };
}
