import { isProblem, type Item, type Upload, type UploadOptions, type UploadState } from "@alta-data/client";
import { useSyncExternalStore } from "react";
import { alta } from "#/api/alta";

/** An upload as the console shows it. `refused`: the API would not accept the file. */
export interface UploadEntry {
  readonly key: number;
  readonly userId: string;
  readonly projectId: string;
  /** The item whose next file it is; null for a new item. */
  readonly replaces: string | null;
  readonly filename: string;
  readonly state: UploadState | "refused";
  readonly sent: number;
  readonly total: number;
  readonly item: Item | null;
  readonly error: unknown;
}

/** The properties of new items that a user chooses: the label of documents, and the spoken language of recordings as a BCP 47 tag. */
export interface UploadDetails {
  readonly domain?: string;
  readonly language?: string;
}

/** The user and project of uploads, and the options of the client. */
export interface UploadTarget {
  readonly userId: string;
  readonly projectId: string;
  readonly details?: UploadDetails;
  /** The item whose next file it is, in place of a new item. */
  readonly itemId?: string;
}

const UNFINISHED: readonly UploadEntry["state"][] = ["waiting", "uploading", "paused"];

/** Returns true if an upload has neither succeeded nor failed. */
export function isUnfinished({ state }: UploadEntry): boolean {
  return UNFINISHED.includes(state);
}

const uploads = new Map<number, Upload>();
const entries = new Map<number, UploadEntry>();
const listeners = new Set<() => void>();
let shown: readonly UploadEntry[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;
let lastKey = 0;

function publish(): void {
  timer = null;
  shown = [...entries.values()];
  for (const listener of listeners) listener();
  globalThis.onbeforeunload = shown.some(isUnfinished) ? (event) => event.preventDefault() : null;
}

/** Publishes changes together, since each chunk of each file causes some. */
function changed(): void {
  timer ??= setTimeout(publish, 80);
}

function update(key: number, { state, sent, item, error }: Upload): void {
  const entry = entries.get(key);
  if (!entry) return;
  if (state === "canceled") entries.delete(key);
  else entries.set(key, { ...entry, state, sent, item, error });
  changed();
}

function add(file: File, { userId, projectId, itemId, details }: UploadTarget): void {
  lastKey += 1;
  const key = lastKey;
  const entry: UploadEntry = {
    key,
    userId,
    projectId,
    replaces: itemId ?? null,
    filename: file.name,
    state: "waiting",
    sent: 0,
    total: file.size,
    item: null,
    error: null,
  };
  const target = itemId === undefined ? { project_id: projectId, ...details } : { item_id: itemId };
  const options: UploadOptions = { ...target, onChange: (upload) => update(key, upload) };
  try {
    entries.set(key, entry);
    uploads.set(key, alta.upload(file, options));
  } catch (error) {
    entries.set(key, { ...entry, state: "refused", error });
  }
}

/** Starts to upload files, a few at a time. A file whose upload was interrupted continues. */
export function startUploads(files: Iterable<File>, target: UploadTarget): void {
  for (const file of files) add(file, target);
  changed();
}

/** The actions of a user on an upload. */
export const uploadActions = {
  pause: ({ key }: UploadEntry) => uploads.get(key)?.pause(),
  resume: ({ key }: UploadEntry) => uploads.get(key)?.resume(),
  /** Ends an upload and deletes its item. */
  cancel: async ({ key }: UploadEntry) => {
    const upload = uploads.get(key);
    uploads.delete(key);
    entries.delete(key);
    changed();
    await upload?.cancel();
  },
  /** Removes the entry of an upload that has ended. */
  dismiss: ({ key }: UploadEntry) => {
    uploads.delete(key);
    entries.delete(key);
    changed();
  },
};

/** Continues the uploads that failed because the session had ended. */
export function resumeAfterSignIn(all: readonly UploadEntry[]): void {
  for (const entry of all) {
    if (entry.state === "failed" && isProblem(entry.error, "unauthenticated")) uploadActions.resume(entry);
  }
}

/** Returns the uploads of a user to a project. */
export function useUploads(userId: string, projectId: string): readonly UploadEntry[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return all.filter((entry) => entry.userId === userId && entry.projectId === projectId);
}
