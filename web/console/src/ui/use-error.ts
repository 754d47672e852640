import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { describeError, type ErrorDescription } from "./describe-error";

/** Returns the description of an error, once its texts are loaded. */
export function useErrorDescription(error: unknown): ErrorDescription | null {
  const { i18n } = useTranslation();
  const [description, setDescription] = useState<ErrorDescription | null>(null);
  const language = i18n.resolvedLanguage;
  useEffect(() => {
    let current = true;
    void describeError(error).then((described) => {
      if (current) setDescription(described);
    });
    return () => {
      current = false;
    };
  }, [error, language]);
  return description;
}
