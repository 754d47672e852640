import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedFiles, mediaTypeOf, UnsupportedFileError } from "../../src/index.js";
import { checkFile, defaultName } from "../../src/media-types.js";

const typeOf = (type: string, name = "file") => mediaTypeOf({ type, name })?.content_type ?? null;

test("the accepted types are taken as they are", () => {
  const documents = [
    "application/pdf",
    ...["png", "jpeg", "tiff", "gif", "bmp", "webp"].map((type) => `image/${type}`),
  ];
  const voice = ["wav", "x-wav", "flac", "mpeg", "mp4", "ogg", "webm"].map((type) => `audio/${type}`);
  for (const type of documents) assert.deepEqual(mediaTypeOf({ type }), { kind: "document", content_type: type });
  for (const type of voice) assert.deepEqual(mediaTypeOf({ type }), { kind: "voice", content_type: type });
});

test("parameters and case are ignored", () => {
  assert.equal(typeOf("audio/webm;codecs=opus"), "audio/webm");
  assert.equal(typeOf("Image/PNG"), "image/png");
});

test("other names of browsers are normalized", () => {
  const names: Record<string, string[]> = {
    "image/jpeg": ["image/jpg", "image/pjpeg"],
    "audio/mp4": ["audio/x-m4a", "audio/m4a", "video/mp4"],
    "audio/mpeg": ["audio/mp3"],
    "audio/wav": ["audio/wave", "audio/vnd.wave", "audio/x-pn-wav"],
    "audio/flac": ["audio/x-flac"],
    "audio/webm": ["video/webm"],
  };
  for (const [type, others] of Object.entries(names)) {
    for (const other of others) assert.equal(typeOf(other), type, other);
  }
});

test("the extension decides where the browser gives no type", () => {
  assert.equal(typeOf("", "Scan.PDF"), "application/pdf");
  assert.equal(typeOf("", "fax.tif"), "image/tiff");
  assert.equal(typeOf("", "memo.m4a"), "audio/mp4");
  assert.equal(typeOf("", "memo.opus"), "audio/ogg");
  assert.equal(typeOf("application/octet-stream", "song.flac"), "audio/flac");
  assert.equal(typeOf("", "no-extension"), null);
  assert.equal(typeOf("", "pdf"), null);
});

test("other types are refused, whatever the extension says", () => {
  for (const type of ["text/plain", "audio/aac", "application/zip", "image/svg+xml", "constructor"]) {
    assert.equal(typeOf(type, "file.pdf"), null, type);
  }
});

test("files that the API would refuse are refused", () => {
  const reason = (file: Blob, name: string) => {
    try {
      checkFile(file, name);
      return null;
    } catch (error) {
      assert.ok(error instanceof UnsupportedFileError);
      return error.reason;
    }
  };
  assert.equal(reason(new Blob(["x"], { type: "text/plain" }), "a.txt"), "type");
  assert.equal(reason(new Blob([], { type: "image/png" }), "a.png"), "empty");
  const large = new Blob([new Uint8Array(101 * 2 ** 20)]);
  assert.equal(reason(large, "a.png"), "too_large");
  assert.equal(reason(large, "a.wav"), null);
});

test("the message for a telephone's photo says how to convert it", () => {
  for (const [type, name] of [
    ["image/heic", "IMG_1"],
    ["image/heif", "IMG_1.jpg"],
    ["", "IMG_1.HEIC"],
  ] as const) {
    const message = /HEIC photo\. Save it as JPEG/;
    assert.throws(() => checkFile(new Blob(["x"], { type }), name), { name: "UnsupportedFileError", message });
  }
});

test("a file input accepts types and extensions", () => {
  assert.match(acceptedFiles("document"), /^application\/pdf,\.pdf,image\/png/);
  assert.doesNotMatch(acceptedFiles("document"), /audio/);
  assert.match(acceptedFiles(), /image\/png.*audio\/webm/);
});

test("a recording gets a name", () => {
  assert.equal(defaultName({ kind: "voice", content_type: "audio/webm" }), "recording.webm");
});
