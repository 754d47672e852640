import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { type Account, addMember, createProject, samplePath, signUp } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

/** The maximum time to recognize a sample, on a busy machine. */
const RECOGNIZED = { timeout: 30_000 };

function filesInput(page: Page) {
  return page.locator('input[type="file"][aria-label="Upload files"]');
}

function row(page: Page, name: string) {
  return page.getByRole("row", { name: new RegExp(name.replaceAll(".", "\\.")) });
}

/** Uploads a sample without the console, and returns its item when it is processed. */
async function processedItem({ alta }: Account, project_id: string, name: string, type: string) {
  const file = new File([readFileSync(samplePath(name))], name, { type });
  return alta.processed(await alta.upload(file, { project_id }).done);
}

test("an upload shows its progress and becomes text, and a search finds it", async ({
  page,
  account,
  expectAccessible,
}) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project?id=${id}`);
  await expect(page).toHaveURL(/\/project\/items/);
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await expectAccessible();

  await filesInput(page).setInputFiles([samplePath("page.png"), samplePath("speech.wav")]);
  await expect(page.getByRole("heading", { name: "Uploads: 2 of 2 complete" })).toBeVisible();
  await expect(row(page, "page.png")).toContainText("Approved", RECOGNIZED);
  await expect(row(page, "speech.wav")).toContainText("Approved", RECOGNIZED);
  await expect(row(page, "page.png")).toContainText("1 page");
  await expectAccessible();
  await page.getByRole("button", { name: "Clear finished" }).click();
  await expect(page.getByRole("heading", { name: /^Uploads/ })).toBeHidden();

  await page.getByRole("searchbox").fill("library");
  await expect(page).toHaveURL(/q=library/);
  await expect(row(page, "speech.wav")).toBeHidden();
  await expect(row(page, "page.png").locator("mark").first()).toHaveText(/library/i);
  await expectAccessible();
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue("library");
  await expect(row(page, "page.png").locator("mark").first()).toBeVisible();

  await page.getByRole("searchbox").fill("zeppelin");
  await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(row(page, "speech.wav")).toBeVisible();
});

test("a document is shown beside its text, page by page, and is labeled and deleted", async ({
  page,
  account,
  expectAccessible,
}) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  const item = await processedItem(account, id, "letter.pdf", "application/pdf");
  await page.goto(`/item?kind=document&id=${item.id}`);
  await expect(page.getByRole("heading", { name: "letter.pdf" })).toBeVisible();
  await expect(page.locator('canvas[data-page="1"]')).toBeVisible(RECOGNIZED);
  const firstPage = await page.locator("canvas").screenshot();
  await expectAccessible();

  // A block marks its box, and the reverse.
  const block = page.locator("li[data-roving]").nth(1);
  await block.focus();
  await expect(page.locator("rect[data-marked]")).toHaveCount(1);
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("li[data-roving]").first()).toBeFocused();
  await page.getByRole("region", { name: "Document" }).locator("rect").nth(1).click();
  await expect(block).toHaveAttribute("data-marked");

  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.locator('canvas[data-page="2"]')).toBeVisible();
  expect(await page.locator("canvas").screenshot()).not.toEqual(firstPage);
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Rotate page" }).click();
  await page.getByRole("tab", { name: "History" }).click();
  await expect(page.getByText("Processing").first()).toBeVisible();
  await expectAccessible();

  await page.getByRole("button", { name: "Set label" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("correspondence");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: /Label: correspondence/ })).toBeVisible();

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download file" }).click();
  expect((await download).suggestedFilename()).toBe("letter.pdf");

  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete letter.pdf?" }).getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/project\/items/);
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
});

test("a recording plays from a word, at another speed and in a loop", async ({ page, account, expectAccessible }) => {
  test.slow();
  const { id } = await createProject(account, "Recordings");
  const item = await processedItem(account, id, "speech.wav", "audio/wav");
  await page.goto(`/item?kind=voice&id=${item.id}`);
  await expect(page.getByRole("slider", { name: "Position in the recording" })).toBeVisible();
  await expectAccessible();
  const word = page.getByRole("group", { name: "Words" }).getByRole("button").nth(3);
  await word.click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  const slider = page.getByRole("slider", { name: "Position in the recording" });
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(slider).toHaveAttribute("aria-valuenow", "0");

  await page.getByRole("button", { name: /^Speed/ }).click();
  await page.getByRole("menuitemradio", { name: "2×" }).click();
  await expect(page.getByRole("button", { name: "Speed: 2×" })).toBeVisible();
  await page.getByRole("button", { name: "Set start of loop" }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: "Set end of loop" }).click();
  await expect(page.getByRole("button", { name: "Clear loop" })).toBeVisible();
  await page.mouse.move(0, 0);
  await expectAccessible();
  await page.getByRole("button", { name: "Clear loop" }).click();
  await page.getByRole("button", { name: "Pause" }).click();

  // A word repeats from its start, and never plays past its end.
  const { items: words } = await account.alta.get("/voice/{voice_sample_id}/words", {
    params: { path: { voice_sample_id: item.id } },
  });
  const { start, end } = words[3] ?? {};
  await page.getByRole("group", { name: "Words" }).getByRole("button").nth(3).focus();
  await page.keyboard.press("Shift+L");
  await expect(page.getByRole("button", { name: "Clear loop" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await page.waitForTimeout(1500);
  await page.getByRole("button", { name: "Pause" }).click();
  const position = Number(await slider.getAttribute("aria-valuenow"));
  expect(position).toBeGreaterThanOrEqual(Math.floor(start ?? 0));
  expect(position).toBeLessThanOrEqual(Math.ceil(end ?? 0));
});

test("a file that is not supported has its own error, and the others are uploaded", async ({ page, account }) => {
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/items?id=${id}`);
  await filesInput(page).setInputFiles([
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("text") },
    { name: "empty.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) },
    { name: "good.png", mimeType: "image/png", buffer: readFileSync(samplePath("page.png")) },
  ]);
  const uploads = page.getByRole("list", { name: "Uploads" });
  await expect(uploads.getByRole("listitem").filter({ hasText: "notes.txt" })).toContainText("File not supported");
  await expect(uploads.getByRole("listitem").filter({ hasText: "empty.pdf" })).toContainText("The file is empty");
  await expect(uploads.getByRole("listitem").filter({ hasText: "good.png" })).toContainText("Uploaded");
});

test("a folder is uploaded with the folders in it", async ({ page, account }) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/items?id=${id}`);
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  const folder = test.info().outputPath("archive");
  mkdirSync(join(folder, "1962"), { recursive: true });
  copyFileSync(samplePath("page.png"), join(folder, "cover.png"));
  copyFileSync(samplePath("letter.pdf"), join(folder, "1962", "letter.pdf"));
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "More ways to upload" }).click();
  await page.getByRole("menuitem", { name: "Upload folder" }).click();
  await (await chooser).setFiles(folder);
  await expect(page.getByRole("heading", { name: "Uploads: 2 of 2 complete" })).toBeVisible(RECOGNIZED);
  await expect(row(page, "cover.png")).toBeVisible();
  await expect(row(page, "letter.pdf")).toBeVisible();
});

test("new uploads get the label and the language that the user chose", async ({ page, account, expectAccessible }) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/items?id=${id}`);
  await page.getByRole("button", { name: "More ways to upload" }).click();
  await page.getByRole("menuitem", { name: "Label and language" }).click();
  const dialog = page.getByRole("dialog", { name: "Label and language of new uploads" });
  await dialog.getByLabel("Label of documents").fill("invoices");
  await dialog.getByLabel("Language of recordings").selectOption("de-DE");
  await expectAccessible();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("New uploads will have the label invoices, the language de-DE.")).toBeVisible();
  await expectAccessible();
  await filesInput(page).setInputFiles([samplePath("page.png"), samplePath("speech.wav")]);
  await expect(page.getByRole("heading", { name: "Uploads: 2 of 2 complete" })).toBeVisible(RECOGNIZED);
  await expect(row(page, "page.png").getByRole("link", { name: /invoices/ })).toBeVisible();
  const { items: documents } = await account.alta.get("/documents", { params: { query: { project_id: id } } });
  const { items: recordings } = await account.alta.get("/voice", { params: { query: { project_id: id } } });
  expect(documents.map(({ domain }) => domain)).toEqual(["invoices"]);
  expect(recordings.map(({ requested_language }) => requested_language)).toEqual(["de-DE"]);

  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(page.getByText(/^New uploads will have/)).toBeHidden();
});

test("many items are labeled and deleted at once", async ({ page, account, expectAccessible }) => {
  const { id } = await createProject(account, "Archive");
  const items = Array.from({ length: 6 }, (_, index) => ({
    filename: `page-${index}.png`,
    content_type: "image/png" as const,
    size_bytes: 1000,
  }));
  await account.alta.post("/documents/batch", { body: { project_id: id, items } });
  const stored = async () => {
    const all = await account.alta.list("/documents", { params: { query: { project_id: id } } }).all();
    return all.map(({ original_filename, domain }) => [original_filename, domain ?? null]).toSorted();
  };
  await page.goto(`/project/items?id=${id}`);
  await page.getByRole("checkbox", { name: "Select all loaded items" }).check();
  await page.getByRole("checkbox", { name: "Select page-0.png" }).uncheck();
  await page.getByRole("button", { name: "Set label (5)" }).click();
  const labeling = page.getByRole("dialog", { name: "Label", exact: true });
  await labeling.getByRole("textbox", { name: "Label" }).fill("maps");
  await labeling.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Labels of 5 documents saved")).toBeVisible();
  await expect(labeling).toBeHidden();
  await expect(row(page, "page-5.png").getByRole("link", { name: /maps/ })).toBeVisible();
  expect(await stored()).toEqual([
    ["page-0.png", null],
    ...[1, 2, 3, 4, 5].map((index) => [`page-${index}.png`, "maps"]),
  ]);

  for (const index of [1, 2, 3]) await page.getByRole("checkbox", { name: `Select page-${index}.png` }).check();
  await page.getByRole("button", { name: "Delete (3)" }).click();
  const deleting = page.getByRole("dialog", { name: /^Delete 3 items/ });
  await expectAccessible();
  await deleting.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("3 items deleted")).toBeVisible();
  await expect(row(page, "page-2.png")).toBeHidden();
  await expect(row(page, "page-4.png")).toBeVisible();
  expect((await stored()).map(([name]) => name)).toEqual(["page-0.png", "page-4.png", "page-5.png"]);
});

test("files are dropped, pasted, photographed and recorded", async ({ page, account, expectAccessible }) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/items?id=${id}`);
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible();
  const png = readFileSync(samplePath("page.png")).toString("base64");
  await page.evaluate((content) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, png);
  await expect(page.getByText(/^pasted-.*\.png$/).first()).toBeVisible();

  await page.evaluate((content) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
    const over = { dataTransfer, bubbles: true, cancelable: true };
    document.dispatchEvent(new DragEvent("dragenter", over));
    document
      .querySelector(".mantine-Dropzone-fullScreen [data-idle], .mantine-Dropzone-root")
      ?.dispatchEvent(new DragEvent("drop", over));
  }, png);
  await expect(page.getByText("dropped.png").first()).toBeVisible();

  await page.getByRole("button", { name: "More ways to upload" }).click();
  await page.getByRole("menuitem", { name: "Take photos" }).click();
  await expect(page.getByRole("button", { name: "Take photo" })).toBeEnabled();
  await expectAccessible();
  await page.getByRole("button", { name: "Take photo" }).click();
  await expect(page.getByText("1 photo is being uploaded")).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();

  await page.getByRole("button", { name: "More ways to upload" }).click();
  await page.getByRole("menuitem", { name: "Record audio" }).click();
  await page.getByRole("button", { name: "Start recording" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await expectAccessible();
  await page.waitForTimeout(1200);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Upload recording" }).click();
  await expect(page.getByRole("heading", { name: "Uploads: 4 of 4 complete" })).toBeVisible(RECOGNIZED);
  await expect(row(page, "recording-")).toBeVisible();
});

test("a reload interrupts an upload, and the same file continues it", async ({ page, account }) => {
  test.slow();
  const { id } = await createProject(account, "Recordings");
  await page.goto(`/project/items?id=${id}`);
  const file = { name: "long.wav", mimeType: "audio/wav", buffer: Buffer.alloc(20 * 2 ** 20, 1) };
  // Storage does not answer from the second chunk on.
  const sent: string[] = [];
  await page.route(
    (url) => url.searchParams.has("upload_id"),
    async (route) => {
      sent.push(route.request().headers()["content-range"] ?? "");
      if (sent.length < 2) await route.continue();
    },
  );
  const folder = test.info().outputPath("long.wav");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(folder, file.buffer);
  await filesInput(page).setInputFiles(folder);
  await expect(page.getByText(/% of 21 MB/)).toBeVisible(RECOGNIZED);
  await expect.poll(() => sent.length, RECOGNIZED).toBeGreaterThan(1);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.unrouteAll();
  await page.reload();
  await expect(page.getByText("One upload was interrupted")).toBeVisible();
  const again: string[] = [];
  page.on("request", (request) => {
    const range = request.headers()["content-range"];
    if (range && request.method() === "PUT") again.push(range);
  });
  await page.getByText("long.wav (21 MB)").waitFor();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose file" }).click();
  await (await chooser).setFiles(folder);
  await expect(page.getByRole("heading", { name: "Uploads: 1 of 1 complete" })).toBeVisible(RECOGNIZED);
  // It asks what storage has, and sends only the rest.
  expect(again[0]).toMatch(/^bytes \*\//);
  expect(again[1]).not.toMatch(/^bytes 0-/);
  await expect(page.getByText("One upload was interrupted")).toBeHidden();
});

test("an upload is paused, and its session may end meanwhile", async ({ page, account }) => {
  test.slow();
  const { id } = await createProject(account, "Recordings");
  await page.goto(`/project/items?id=${id}`);
  const path = test.info().outputPath("talk.wav");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(path, Buffer.alloc(20 * 2 ** 20, 1));
  let isSlow = true;
  const release: (() => void)[] = [];
  await page.route(
    (url) => url.searchParams.has("upload_id"),
    async (route) => {
      if (isSlow) await new Promise<void>((resolve) => release.push(resolve));
      await route.continue().catch(() => undefined);
    },
  );
  await filesInput(page).setInputFiles(path);
  await page.getByRole("button", { name: "Pause talk.wav" }).click({ timeout: 20_000 });
  await expect(page.getByText("Paused")).toBeVisible();
  // Every request of the API is refused, as after the end of the session.
  await account.alta.session.signOutEverywhere();
  isSlow = false;
  for (const one of release) one();
  await page.getByRole("link", { name: "Members" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(account.email);
  await page.getByRole("textbox", { name: "Password" }).fill(account.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "Items" }).click();
  await page.getByRole("button", { name: "Resume talk.wav" }).click();
  await expect(page.getByRole("heading", { name: "Uploads: 1 of 1 complete" })).toBeVisible(RECOGNIZED);
});

test("a member sees the uploads of others at once, and cannot upload as a reviewer", async ({ account, openAs }) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  const grace = await signUp("Grace Hopper");
  await addMember(account, id, grace, "reviewer");
  const asGrace = await openAs(grace);
  await asGrace.goto(`/project/items?id=${id}`);
  await expect(asGrace.getByRole("heading", { name: "No items yet" })).toBeVisible();
  await expect(asGrace.getByRole("button", { name: "Upload", exact: true })).toBeHidden();
  const item = await processedItem(account, id, "page.png", "image/png");
  await expect(row(asGrace, "page.png")).toContainText("Pending review", RECOGNIZED);

  await asGrace.getByRole("checkbox", { name: "Select page.png" }).check();
  await asGrace.getByRole("button", { name: "Approve (1)" }).click();
  await expect(asGrace.getByText("1 item approved")).toBeVisible();
  await expect(row(asGrace, "page.png")).toContainText("Approved");
  await account.alta.delete("/documents/{document_id}", { params: { path: { document_id: item.id } } });
  await expect(row(asGrace, "page.png")).toBeHidden();
});

test("a failed item says why, and takes another file", async ({ page, account, expectAccessible }) => {
  test.slow();
  const { id } = await createProject(account, "Letters");
  const item = await processedItem(account, id, "not-a-pdf.pdf", "application/pdf");
  expect(item.status).toBe("failed");
  await page.goto(`/item?kind=document&id=${item.id}`);
  await expect(page.getByText("Processing failed")).toBeVisible();
  await expectAccessible();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Upload another file" }).click();
  await (await chooser).setFiles(samplePath("report.pdf"));
  await expect(page.getByText("Approved").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator("canvas[data-page]")).toBeVisible(RECOGNIZED);
});

test("many items scroll, with few of them in the page, also on a phone and by keyboard", async ({
  page,
  account,
  expectAccessible,
}) => {
  test.slow();
  const { id } = await createProject(account, "Archive");
  for (let batch = 0; batch < 3; batch += 1) {
    const items = Array.from({ length: 100 }, (_, index) => ({
      filename: `page-${batch}-${index}.png`,
      content_type: "image/png" as const,
      size_bytes: 1000,
    }));
    await account.alta.post("/documents/batch", { body: { project_id: id, items } });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/project/items?id=${id}`);
  await expect(row(page, "page-2-99.png")).toBeVisible();
  await expectAccessible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await row(page, "page-2-99.png").getByRole("link").focus();
  await page.keyboard.press("ArrowDown");
  await expect(row(page, "page-2-98.png").getByRole("link")).toBeFocused();
  await expect(async () => {
    await page.mouse.wheel(0, 4000);
    await expect(row(page, "page-0-0.png")).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 20_000 });
  expect(await page.getByRole("row").count()).toBeLessThan(60);
});

test("the items are in German too", async ({ page, account, expectAccessible }) => {
  const { id } = await createProject(account, "Briefe");
  await page.addInitScript(() => localStorage.setItem("alta-data.language", "de"));
  await page.goto(`/project/items?id=${id}`);
  await expect(page.getByRole("heading", { name: "Noch keine Einträge" })).toBeVisible();
  await expectAccessible();
});
