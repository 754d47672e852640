// Adds files to a project: chosen, dropped or recorded, new or broken off.
import { show } from "./form.js";
import { collection } from "./item-paths.js";
import { isFor, keptUploads } from "./kept-uploads.js";
import { mediaOf } from "./media-types.js";
import { asOwner } from "./owner.js";
import { refused, showBrokenOff, showUpload } from "./uploads.js";

const section = document.querySelector("#upload");
const input = section.querySelector("#files");
const language = section.querySelector("#language");
const drop = section.querySelector("#drop");
const list = section.querySelector("#uploads");

// Answers with what adds one file.
export function projectUploads(projectId) {
  const brokenOff = new Map();
  for (const kept of keptUploads(projectId)) brokenOff.set(kept.itemId, { kept, row: showBrokenOff(list, kept) });

  function goOn(file) {
    const found = [...brokenOff.values()].find(({ kept, row }) => row.isConnected && isFor(kept, file));
    if (!found) return false;
    const { kept, row } = found;
    brokenOff.delete(kept.itemId);
    row.remove();
    showUpload(list, file, { ...kept, kept });
    return true;
  }

  function add(file) {
    if (goOn(file)) return;
    const media = mediaOf(file);
    if (!media) throw refused(file);
    const { kind, contentType } = media;
    const body = { project_id: projectId, filename: file.name, content_type: contentType, size_bytes: file.size };
    if (kind === "voice" && language.value.trim()) body.language = language.value.trim();
    // Of one key however often it is tried: a lost answer leaves no second item.
    const headers = { "idempotency-key": crypto.randomUUID() };
    showUpload(list, file, { projectId, kind, contentType, begin: () => asOwner("POST", collection(kind), { body, headers }) });
  }

  function addAll(files) {
    const told = [];
    for (const file of files) {
      try {
        add(file);
      } catch (error) {
        told.push(error.message);
      }
    }
    if (told.length > 0) show(told.join(" "), section.querySelector("[role=status]"));
  }

  input.addEventListener("change", () => {
    addAll([...input.files]);
    // The same file may be chosen again.
    input.value = "";
  });
  for (const event of ["dragenter", "dragover"]) {
    drop.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const event of ["dragleave", "drop"]) drop.addEventListener(event, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (dropped) => {
    dropped.preventDefault();
    addAll([...dropped.dataTransfer.files]);
  });

  return add;
}
