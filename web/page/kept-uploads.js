// Uploads that were broken off: they outlive the page, the tab and the browser, and go on when the same file is chosen.
//
// A session's address is a bearer: for about a week, whoever holds it can finish the upload, though read nothing. So
// it is kept only while the upload lasts, and removed when that is done, was discarded, or the reader signs out.

const KEY = "alta-uploads";
const LIFE = 7 * 24 * 60 * 60 * 1000;

function read() {
  const all = JSON.parse(localStorage.getItem(KEY) ?? "[]");
  return all.filter(({ begun }) => Date.now() - begun < LIFE);
}

function write(all) {
  if (all.length > 0) localStorage.setItem(KEY, JSON.stringify(all));
  else localStorage.removeItem(KEY);
}

export function keptUploads(projectId) {
  return read().filter((kept) => kept.projectId === projectId);
}

// `{ itemId, kind, projectId, replaces, session, contentType }` and the file that it is for.
export function keepUpload(upload, { name, size, lastModified }) {
  const others = read().filter(({ itemId }) => itemId !== upload.itemId);
  write([...others, { ...upload, name, size, lastModified, begun: Date.now() }]);
}

export function dropUpload(itemId) {
  write(read().filter((kept) => kept.itemId !== itemId));
}

export function dropUploads() {
  localStorage.removeItem(KEY);
}

// Whether this looks like the file that an upload was begun with. Other bytes of the same size would be read as they
// are; whoever must rule that out gives `crc32c` with the announcement, and storage refuses them.
export function isFor({ name, size, lastModified }, file) {
  return name === file.name && size === file.size && lastModified === file.lastModified;
}
