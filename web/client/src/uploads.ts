/** The uploads of a client. */

import type { InterruptedUpload } from "./interrupted.js";
import { Semaphore } from "./semaphore.js";
import { Upload, type UploadOptions } from "./upload.js";
import type { UploadContext } from "./upload-job.js";
import { deleteItem } from "./upload-requests.js";

/** Starts uploads, and knows the interrupted ones. */
export class Uploads {
  readonly #context: UploadContext;

  constructor(context: Omit<UploadContext, "semaphore" | "active"> & { concurrency: number }) {
    this.#context = { ...context, semaphore: new Semaphore(context.concurrency), active: new Set() };
  }

  /**
   * Uploads a file. If the upload of the same file to the same project was interrupted, also by a reload, this continues
   * it. Throws an `UnsupportedFileError` if the API would refuse the file.
   */
  start(file: Blob, options: UploadOptions): Upload {
    return new Upload(this.#context, file, options);
  }

  /** Returns the uploads that were interrupted, of all projects or of one. To continue one, start it with its file. */
  async interrupted(project_id?: string): Promise<InterruptedUpload[]> {
    const all = await this.#context.store.list();
    return all.filter(
      (upload) =>
        !this.#context.active.has(upload.item_id) && (project_id === undefined || upload.project_id === project_id),
    );
  }

  /** Forgets an interrupted upload, and deletes its item unless it has an earlier file. */
  async discard({ item_id, kind, replaces }: InterruptedUpload): Promise<void> {
    await this.#context.store.delete(item_id);
    if (!replaces) await deleteItem(this.#context.api, kind, item_id);
  }
}
