import { useTranslation } from "react-i18next";
import { currentLanguage } from "#/i18n";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** Formats values for people who read this language. */
export function formatsOf(language: string) {
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  return {
    date: (at: string) => date.format(new Date(at)),
    dateTime: (at: string) => dateTime.format(new Date(at)),
    /** Formats a time as `3 minutes ago`. */
    relative: (at: string, now = Date.now()) => {
      const seconds = (Date.parse(at) - now) / 1000;
      const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
      return relative.format(unit === "second" ? 0 : Math.round(seconds / length), unit);
    },
    number: (value: number) => number.format(value),
    percent: (value: number) => percent.format(value),
    /** Formats a size as `1.2 MB`, in powers of 1000 as in file managers. */
    bytes: (value: number) => {
      const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
      const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
      const unit = units[power] ?? "byte";
      const format = new Intl.NumberFormat(language, {
        style: "unit",
        unit,
        unitDisplay: unit === "byte" ? "long" : "short",
        maximumFractionDigits: 1,
      });
      return format.format(value / 1000 ** power);
    },
    /** Formats a duration as `1:02:03`. */
    clock: (seconds: number) => {
      const whole = Math.floor(seconds);
      const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
      const two = (value: number) => String(value).padStart(2, "0");
      return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
    },
  };
}

/** Returns the formats of the current language. */
export function useFormat() {
  useTranslation();
  return formatsOf(currentLanguage());
}
