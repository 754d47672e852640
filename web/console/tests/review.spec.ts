import type { Page } from "@playwright/test";
import { type Account, addMember, createProject, signUp } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";
import { addItem, addItems, untilProcessed, uploadSample } from "./support/uploads.ts";

interface Setup {
  readonly projectId: string;
  /** The admin, who uploads. */
  readonly ada: Account;
  /** The reviewer, who is not an admin. */
  readonly kim: Account;
  /** The console as the reviewer. */
  readonly page: Page;
}

async function setUp(openAs: (account: Account) => Promise<Page>): Promise<Setup> {
  const [ada, kim] = await Promise.all([signUp("Ada Lovelace"), signUp("Kim Reviewer")]);
  const { id: projectId } = await createProject(ada, "Letters");
  await addMember(ada, projectId, kim, "reviewer");
  return { projectId, ada, kim, page: await openAs(kim) };
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 2, exact: true });

async function addPages({ ada, projectId }: Setup, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `page-${index + 1}.png`);
  const ids = [];
  // One after the other, since the queue has their order.
  for (const name of names) ids.push((await uploadSample(ada, projectId, "page.png", name)).id);
  await untilProcessed(ada, projectId);
  return ids;
}

async function documentOf({ alta }: Account, document_id: string) {
  return await alta.get("/documents/{document_id}", { params: { path: { document_id } } });
}

test("a reviewer decides twenty items by keyboard only", async ({ openAs, expectAccessible }) => {
  test.setTimeout(300_000);
  const setup = await setUp(openAs);
  const { page, ada, projectId } = setup;
  const names = Array.from({ length: 17 }, (_, index) => `page-${index + 1}.png`);
  await addItems(ada, projectId, [
    ...names.map((name) => ["page.png", name] as const),
    ["report.pdf", "report.pdf"],
    ["speech.ogg", "speech-1.ogg"],
    ["speech.ogg", "speech-2.ogg"],
  ]);

  await page.goto(`/project/review?id=${projectId}`);
  const title = page.getByRole("heading", { level: 2 });
  const seen = new Set<string>();
  let approved = 0;
  while (seen.size < 20) {
    await expect(title).not.toHaveText([...seen].at(-1) ?? "");
    await expect(title).toBeFocused();
    const name = (await title.textContent()) ?? "";
    expect(seen).not.toContain(name);
    seen.add(name);
    if (seen.size === 1) await tryHelp(page);
    if (name === "page-1.png") {
      await expect(page.getByText("The Garden Behind the Library")).toBeVisible();
      await expectAccessible(page);
    }
    if (name === "report.pdf") await turnPages(page);
    if (name === "speech-1.ogg") {
      await listen(page);
      await expectAccessible(page);
      await page.keyboard.press("r");
      await page.keyboard.type("It breaks off.");
      await expect(page.getByRole("dialog", { name: "Reject speech-1.ogg" }).getByLabel("Feedback")).toHaveValue(
        "It breaks off.",
      );
      await expectAccessible(page);
      await page.keyboard.press("Control+Enter");
    } else {
      approved += 1;
      await page.keyboard.press("a");
    }
    const rejected = seen.size - approved;
    await expect(page.getByRole("status")).toContainText(
      `${seen.size} decided: ${approved} approved, ${rejected} rejected.`,
    );
  }

  await expect(page.getByRole("heading", { name: "Nothing awaits review" })).toBeVisible();
  await expectAccessible(page);
  await expect
    .poll(async () => (await statusesOf(ada, projectId)).join(" "), { timeout: 20_000 })
    .toBe(`${"approved ".repeat(19)}rejected`);

  // The page learns of new items without a reload.
  await addItem(ada, projectId, "page.png", "late.png");
  await expect(page.getByRole("heading", { name: "New items await review" })).toBeVisible();
  await page.keyboard.press("n");
  await expect(heading(page, "late.png")).toBeFocused();
});

/** Opens the list of shortcuts. Behind a dialog, keys do nothing. */
async function tryHelp(page: Page): Promise<void> {
  await page.keyboard.press("Shift+?");
  await expect(
    page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Reject, with feedback"),
  ).toBeVisible();
  await page.keyboard.press("a");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("status")).toBeEmpty();
}

async function turnPages(page: Page): Promise<void> {
  await expect(page.getByRole("img", { name: "Page 1" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("img", { name: "Page 2" })).toBeVisible();
  await page.keyboard.press("z");
  await page.keyboard.press("t");
}

async function listen(page: Page): Promise<void> {
  const position = page.getByRole("slider");
  await expect(position).toBeVisible();
  await expect(page.getByRole("button", { name: "Peter" })).toBeVisible();
  await page.keyboard.press("p");
  await expect.poll(async () => Number(await position.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  await page.keyboard.press(".");
  await expect(page.getByRole("button", { name: /1.25×/ })).toBeVisible();
}

async function statusesOf({ alta }: Account, project_id: string): Promise<string[]> {
  const items = await alta.list("/items", { params: { query: { project_id } } }).all();
  return items.map(({ status }) => status).toSorted();
}

test("a reviewer walks through the words of low confidence, in both directions", async ({ openAs }) => {
  test.setTimeout(120_000);
  const setup = await setUp(openAs);
  const { page, projectId } = setup;
  await addPages(setup, 1);
  // The local engine has a high confidence in the sample: two blocks get a low one.
  await page.route(/\/documents\/[\w-]+\/pages/, async (route) => {
    const response = await route.fetch();
    const pages = (await response.json()) as { items: { layout: { confidence: number }[] }[] };
    const blocks = pages.items.flatMap(({ layout }) => layout);
    for (const [index, block] of blocks.entries()) block.confidence = [0, 2].includes(index) ? 0.4 : 0.99;
    await route.fulfill({ response, json: pages });
  });
  await page.goto(`/project/review?id=${projectId}`);
  await expect(heading(page, "page-1.png")).toBeFocused();
  const blocks = page.locator("li[data-roving]");
  await expect(page.locator("[data-low-confidence]")).toHaveCount(2);
  await expect(blocks.first()).toContainText("40% confidence");
  for (const index of [0, 2, 0]) {
    await page.keyboard.press("u");
    await expect(blocks.nth(index)).toBeFocused();
    await expect(page.locator("rect[data-marked]")).toHaveCount(1);
  }
  for (const index of [2, 0]) {
    await page.keyboard.press("Shift+U");
    await expect(blocks.nth(index)).toBeFocused();
  }
});

test("a decision is undone, and a correction survives a reload", async ({ openAs, expectAccessible }) => {
  test.setTimeout(120_000);
  const setup = await setUp(openAs);
  const { page, ada, projectId } = setup;
  const [first = "", second = ""] = await addPages(setup, 2);
  await page.goto(`/project/review?id=${projectId}`);
  await expect(heading(page, "page-1.png")).toBeFocused();
  await page.keyboard.press("a");
  await expect(heading(page, "page-2.png")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(heading(page, "page-1.png")).toBeFocused();
  expect((await documentOf(ada, first)).status).toBe("pending_review");

  await page.keyboard.press("e");
  const field = page.getByLabel("Corrected text");
  await expect(field).toBeFocused();
  await page.keyboard.type("An area. ");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  const changes = page.getByRole("region", { name: "Your correction" });
  await expect(changes.locator("ins")).toHaveText("An area. ");
  await expect(changes.locator("del")).toHaveCount(0);
  await expectAccessible(page);
  await page.reload();
  await expect(heading(page, "page-1.png")).toBeVisible();
  await expect(changes.locator("ins")).toHaveText("An area. ");
  await page.keyboard.press("a");

  await expect(heading(page, "page-2.png")).toBeFocused();
  // Skipping needs another item.
  await page.keyboard.press("n");
  await expect(page.getByRole("status")).toContainText("This is the only item that awaits review.");
  await page.keyboard.press("r");
  await page.keyboard.type("Too dark");
  await expect(page.getByLabel("Feedback")).toHaveValue("Too dark");
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await expect(page.getByLabel("Feedback")).toHaveValue("Too dark");
  await page.keyboard.press("End");
  await page.keyboard.type(" to read.");
  await page.getByRole("dialog", { name: "Reject page-2.png" }).getByRole("button", { name: "Reject" }).click();
  await expect(page.getByRole("heading", { name: "Nothing awaits review" })).toBeVisible();
  // Going to another page confirms the decision.
  await page.getByRole("link", { name: "Members" }).click();
  await expect.poll(async () => (await documentOf(ada, second)).status).toBe("rejected");
  expect((await documentOf(ada, second)).feedback).toBe("Too dark to read.");
  const corrected = await documentOf(ada, first);
  expect(corrected.status).toBe("approved");
  expect(corrected.corrected_text).toBe(`An area. ${corrected.ocr_text ?? ""}`);
});

test("the slower of two reviewers keeps what they wrote", async ({ openAs }) => {
  test.setTimeout(120_000);
  const setup = await setUp(openAs);
  const { page, ada, projectId } = setup;
  const grace = await signUp("Grace Hopper");
  await addMember(ada, projectId, grace, "reviewer");
  const [first = ""] = await addPages(setup, 3);
  await page.goto(`/project/review?id=${projectId}`);
  await expect(heading(page, "page-1.png")).toBeFocused();

  // A reviewer does not get an item that another has claimed.
  const asGrace = await openAs(grace);
  await asGrace.goto(`/project/review?id=${projectId}&item=${first}`);
  await expect(heading(asGrace, "page-2.png")).toBeVisible();
  await expect(asGrace.getByRole("status")).toContainText("The requested item is not available.");

  await page.keyboard.press("e");
  await page.keyboard.type("Mine. ");
  await ada.alta.delete("/documents/{document_id}", { params: { path: { document_id: first } } });
  await expect(page.getByRole("heading", { name: "This item is no longer reserved for you" })).toBeFocused();
  await expect(page.getByText("page-1.png: it was deleted.")).toBeVisible();
  await expect(page.getByLabel("Your correction, which was not saved")).toHaveValue(/^Mine\. /);
  await page.getByRole("button", { name: "Next item" }).click();
  await expect(heading(page, "page-3.png")).toBeFocused();
});

test("a decision without a connection is sent later", async ({ openAs }) => {
  test.setTimeout(120_000);
  const setup = await setUp(openAs);
  const { page, ada, projectId } = setup;
  const [first = ""] = await addPages(setup, 2);
  await page.goto(`/project/review?id=${projectId}`);
  await expect(heading(page, "page-1.png")).toBeFocused();
  await page.keyboard.press("a");
  await expect(heading(page, "page-2.png")).toBeFocused();
  await page.context().setOffline(true);
  await expect(page.getByRole("alert")).toContainText("Your decision on page-1.png was not saved", { timeout: 15_000 });
  await page.context().setOffline(false);
  await expect.poll(async () => (await documentOf(ada, first)).status).toBe("approved");
  await expect(page.getByRole("alert")).toBeHidden();
});

test("many items are decided at once, also on a phone", async ({ openAs, expectAccessible }) => {
  test.setTimeout(120_000);
  const setup = await setUp(openAs);
  const { page, ada, projectId } = setup;
  const ids = await addPages(setup, 3);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`/project/review?id=${projectId}&view=queue`);
  await expect(page.getByRole("link", { name: "page-3.png" })).toBeVisible();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(
    true,
  );
  await page.getByRole("checkbox", { name: "Select page-2.png" }).check();
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByRole("link", { name: "page-2.png" })).toBeHidden();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "page-2.png" })).toBeVisible();

  await page.getByRole("checkbox", { name: "Select all" }).check();
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByLabel("Feedback").fill("Upside down.");
  await page.getByRole("dialog", { name: "Reject 3 items" }).getByRole("button", { name: "Reject" }).click();
  await expect(page.getByText("3 decisions saved.")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("heading", { name: "Nothing awaits review" })).toBeVisible();
  for (const id of ids) expect((await documentOf(ada, id)).status).toBe("rejected");
});
