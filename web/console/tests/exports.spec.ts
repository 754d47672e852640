import { readFileSync } from "node:fs";
import { createProject, mailedLink } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";
import { addItem } from "./support/uploads.ts";

test("an export is created and downloaded from its mail", async ({ page, account, expectAccessible }) => {
  test.setTimeout(90_000);
  const { id } = await createProject(account, "Letters");
  await addItem(account, id, "page.png", "=first.png");
  await page.goto(`/project/exports?id=${id}`);
  await expect(page.getByRole("heading", { name: "No exports yet" })).toBeVisible();
  await expectAccessible();
  await page.getByRole("button", { name: "Create export" }).click();
  await expect(page.getByRole("article", { name: "CSV: All items" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Download CSV: All items" })).toBeVisible({ timeout: 30_000 });
  await expectAccessible();

  await page.goto(await mailedLink(account.email, "project"));
  const button = page.getByRole("button", { name: "Download CSV: All items" });
  await expect(button).toBeFocused();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(download.suggestedFilename()).toMatch(/^items-\d{4}-\d{2}-\d{2}\.csv$/);
  const text = readFileSync(await download.path(), "utf8");
  expect(text).toContain("'=first.png");
  expect(text).toContain("The Garden Behind the Library");
});

test("an export in German on a phone, without a horizontal scroll bar", async ({ page, account }) => {
  const { id } = await createProject(account, "Letters");
  await page.addInitScript(() => localStorage.setItem("alta-data.language", "de"));
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`/project/exports?id=${id}`);
  await page.getByRole("button", { name: "Export erstellen" }).click();
  await expect(page.getByRole("article", { name: "CSV: Alle Einträge" })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(
    true,
  );
});
