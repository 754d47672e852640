/** Items for the tests, uploaded without the console. */

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Item, ItemWithText } from "@alta-data/client";
import { type Account, samplePath } from "./platform.ts";

const TYPES: Record<string, string> = { ".png": "image/png", ".pdf": "application/pdf", ".ogg": "audio/ogg" };

/** Uploads a sample under a name. */
export async function uploadSample(
  { alta }: Account,
  project_id: string,
  sample: string,
  filename = sample,
): Promise<Item> {
  const type = TYPES[extname(sample)] ?? "application/octet-stream";
  const file = new File([readFileSync(samplePath(sample))], filename, { type });
  return await alta.upload(file, { project_id }).done;
}

/** Uploads a sample, and waits for its text. */
export async function addItem(
  account: Account,
  project_id: string,
  sample: string,
  filename = sample,
): Promise<ItemWithText> {
  const item = await uploadSample(account, project_id, sample, filename);
  return await account.alta.processed(item);
}

/** Uploads several samples at once, each under a name, and waits for their texts. */
export async function addItems(
  account: Account,
  project_id: string,
  samples: readonly (readonly [sample: string, filename: string])[],
): Promise<void> {
  await Promise.all(samples.map(([sample, filename]) => uploadSample(account, project_id, sample, filename)));
  await untilProcessed(account, project_id);
}

/** Waits until all items of a project are processed. */
export async function untilProcessed({ alta }: Account, project_id: string): Promise<void> {
  for (;;) {
    const items = await alta.list("/items", { params: { query: { project_id } } }).all();
    if (items.every(({ status }) => status !== "draft" && status !== "processing")) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
