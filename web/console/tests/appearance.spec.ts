/** Each page in the dark scheme, which axe checks for contrast among others. */

import type { Page } from "@playwright/test";
import { grantSuperAdmin } from "./support/administration.ts";
import { createProject } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";
import { addItem } from "./support/uploads.ts";

test.use({ colorScheme: "dark" });

async function expectDark(page: Page): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  // Placeholders are gone, and charts are drawn.
  await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0, { timeout: 30_000 });
}

test("pages before a sign-in are accessible in the dark", async ({ page, expectAccessible }) => {
  for (const path of ["sign-in", "sign-up", "forgot-password", "reset-password", "verify-email", "invitation"]) {
    await page.goto(`/${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectDark(page);
    await expectAccessible();
  }
});

test("pages of a project and of the platform are accessible in the dark", async ({
  page,
  account,
  expectAccessible,
}) => {
  test.setTimeout(300_000);
  const { id } = await createProject(account, "Letters");
  const letter = await addItem(account, id, "letter.pdf");
  const speech = await addItem(account, id, "speech.ogg");
  grantSuperAdmin(account);
  const pages = [
    "items",
    "review",
    "review&view=queue",
    "analytics",
    "exports",
    "members",
    "audit-log",
    "settings",
  ].map((name) => {
    const [path = "", rest = ""] = name.split("&");
    return `/project/${path}?id=${id}${rest && `&${rest}`}`;
  });
  const items = [`/item?kind=document&id=${letter.id}`, `/item?kind=voice&id=${speech.id}`];
  const platform = ["users", "audit-log", "dead-letters"].map((path) => `/administration/${path}`);
  for (const path of ["/", "/account", "/overview", ...pages, ...items, ...platform]) {
    await test.step(path, async () => {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await expectDark(page);
      await expectAccessible();
    });
  }
});
