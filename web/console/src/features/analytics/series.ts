import type { Schema } from "@alta-data/client";

type Summary = Schema<"Summary">;

/** The statuses of the charts, in the order of an item's life, each with its color. */
export const STATUSES = [
  { name: "draft", color: "gray.5" },
  { name: "processing", color: "indigo.5" },
  { name: "pending_review", color: "yellow.6" },
  { name: "approved", color: "green.7" },
  { name: "rejected", color: "red.7" },
  { name: "failed", color: "grape.7" },
] as const;

/** The series of the daily trend, each with its color. */
export const TREND = [
  { name: "uploaded", color: "blue.6" },
  { name: "processed", color: "indigo.4" },
  { name: "approved", color: "green.7" },
  { name: "rejected", color: "red.7" },
  { name: "failed", color: "grape.7" },
] as const;

export const KINDS = ["documents", "voice"] as const;

/** Returns true if there is nothing to show. */
export function isEmpty({ totals, daily }: Summary): boolean {
  const items = KINDS.some((kind) => STATUSES.some(({ name }) => totals[kind][name] > 0));
  return !items && daily.every((day) => TREND.every(({ name }) => day[name] === 0));
}

/** Adds up a figure of all days. */
export function sum(days: readonly Schema<"Day">[], name: (typeof TREND)[number]["name"]): number {
  return days.reduce((total, day) => total + day[name], 0);
}
