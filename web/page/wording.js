// States, sizes and times in words.

const STATUSES = {
  draft: "waits for its file",
  processing: "is being read",
  pending_review: "waits for its review",
  approved: "approved",
  rejected: "rejected",
  failed: "failed",
};

export function statusInWords(status) {
  return STATUSES[status] ?? status;
}

const UNITS = ["B", "KB", "MB", "GB"];

export function size(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const number = bytes / 1000 ** power;
  return `${number.toFixed(power > 0 && number < 10 ? 1 : 0)} ${UNITS[power]}`;
}

// `1:05`, `1:02:07`.
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

export function percent(fraction) {
  return `${Math.round(fraction * 100)} %`;
}

// What a list and a page tell of an item beside its state.
export function facts({ kind, size_bytes, page_count, duration_seconds, confidence, language, domain }) {
  return [
    kind === "voice" ? "voice sample" : "document",
    size(size_bytes),
    page_count && `${page_count} ${page_count === 1 ? "page" : "pages"}`,
    duration_seconds && clock(duration_seconds),
    language,
    confidence && `${percent(confidence)} sure`,
    domain,
  ].filter(Boolean).join(", ");
}
