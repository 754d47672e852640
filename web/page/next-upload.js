// Another file for an item whose file never came, could not be read or was rejected.
import { show } from "./form.js";
import { itemPath } from "./item-paths.js";
import { isFor, keptUploads } from "./kept-uploads.js";
import { mediaOf } from "./media-types.js";
import { asOwner } from "./owner.js";
import { refused, showUpload } from "./uploads.js";

const section = document.querySelector("#next");
const input = section.querySelector("input");
const list = section.querySelector("ul");

export function offerNextUpload({ kind, id, projectId, uploaded }) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const media = mediaOf(file);
    if (media?.kind !== kind) {
      show(refused(file).message, section.querySelector("[role=status]"));
      return;
    }
    const { contentType } = media;
    const body = { filename: file.name, content_type: contentType, size_bytes: file.size };
    const kept = keptUploads(projectId).find((kept) => kept.itemId === id && isFor(kept, file));
    const begin = () => asOwner("POST", `${itemPath({ kind, id })}/upload-url`, { body });
    list.replaceChildren();
    await showUpload(list, file, { projectId, kind, contentType, replaces: true, begin, kept });
    uploaded();
  });
}
