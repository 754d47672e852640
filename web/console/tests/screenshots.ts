/** Writes a picture of each page to `screenshots/`: light and dark, on a desktop and on a phone. */

import type { Page } from "@playwright/test";
import { grantSuperAdmin } from "./support/administration.ts";
import { addMember, createProject, signUp } from "./support/platform.ts";
import { expect, signInAs, test } from "./support/test.ts";
import { addItem, addItems } from "./support/uploads.ts";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
const SCHEMES = ["light", "dark"] as const;

/** Takes the pictures of the page at a path. */
async function take(page: Page, name: string, path: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    // Placeholders are gone, and pictures and charts are drawn.
    await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0, { timeout: 20_000 });
    await page.waitForTimeout(1500);
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.evaluate((scheme) => {
        document.documentElement.dataset.mantineColorScheme = scheme;
      }, scheme);
      await page.waitForTimeout(300);
      await page.screenshot({ path: `screenshots/${name}-${size}-${scheme}.png` });
    }
  }
}

test("pictures of each page", async ({ page }) => {
  test.setTimeout(900_000);
  for (const path of ["sign-in", "sign-up", "forgot-password"]) await take(page, path, `/${path}`);

  const [ada, grace, kim] = await Promise.all([signUp("Ada Lovelace"), signUp("Grace Hopper"), signUp("Kim Lee")]);
  grantSuperAdmin(ada);
  const { id } = await createProject(ada, "Letters of 1962");
  await createProject(ada, "Town council recordings");
  await addMember(ada, id, grace, "contributor");
  await addMember(ada, id, kim, "reviewer");
  await addItems(grace, id, [
    ["letter.pdf", "Letter to the council, March 1962.pdf"],
    ["page.png", "Garden behind the library.png"],
    ["report.pdf", "Annual report 1961.pdf"],
    ["speech.ogg", "Interview with the mayor.ogg"],
    ["photo.png", "Notice board.png"],
  ]);
  const letter = await addItem(grace, id, "letter.pdf", "Letter of thanks.pdf");
  const interview = await addItem(grace, id, "speech.ogg", "Opening of the library.ogg");
  const items = await ada.alta.list("/items", { params: { query: { project_id: id } } }).all();
  const decided = items.filter(
    ({ original_filename, status }) => /Annual|Notice/.test(original_filename) && status === "pending_review",
  );
  for (const { id: item_id } of decided) {
    await kim.alta.post("/review/{item_id}/claim", { params: { path: { item_id } } });
    await kim.alta.patch("/review/{item_id}", { params: { path: { item_id } }, body: { status: "approved" } });
  }

  await signInAs(page, ada);
  await take(page, "projects", "/");
  await take(page, "overview", "/overview");
  await take(page, "items", `/project/items?id=${id}`);
  await take(page, "document", `/item?kind=document&id=${letter.id}`);
  await take(page, "recording", `/item?kind=voice&id=${interview.id}`);
  await take(page, "review", `/project/review?id=${id}`);
  await take(page, "analytics", `/project/analytics?id=${id}`);
  await take(page, "exports", `/project/exports?id=${id}`);
  await take(page, "members", `/project/members?id=${id}`);
  await take(page, "audit-log", `/project/audit-log?id=${id}`);
  await take(page, "settings", `/project/settings?id=${id}`);
  await take(page, "account", "/account");
  for (const path of ["users", "audit-log", "dead-letters"]) {
    await take(page, `administration-${path}`, `/administration/${path}`);
  }
});
