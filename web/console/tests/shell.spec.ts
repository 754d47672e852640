import { createProject } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

test("the console works on a phone", async ({ page, account, expectAccessible }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/members?id=${id}`);
  await expect(page.getByRole("heading", { name: "Members", level: 1 })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expectAccessible();
  await page.getByRole("dialog").getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("dark mode and the second language are kept", async ({ page, account, expectAccessible }) => {
  await createProject(account, "Letters");
  await page.goto("/");
  await page.getByRole("button", { name: "Color scheme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "Deutsch" }).click();
  await expect(page.getByRole("heading", { name: "Projekte", level: 1 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Projekte", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expectAccessible();
});

test("the help dialog lists the shortcuts of the page", async ({ page, account, expectAccessible }) => {
  await createProject(account, "Letters");
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  await page.keyboard.press("Shift+?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog.getByText("New project")).toBeVisible();
  await expectAccessible();
});

test("an unknown path shows that there is no page", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("a session that ends in one tab ends in the other", async ({ page, account }) => {
  await page.goto("/");
  const other = await page.context().newPage();
  await other.goto("/");
  await other.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  await other.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("no page loads without a session, however long the sign-in page takes", async ({ page, account }) => {
  await createProject(account, "Letters");
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Letters" })).toBeVisible();
  await page.route("**/assets/SignInPage-*.js", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await page.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  const isOut = page.waitForResponse((response) => response.url().endsWith("/auth/logout"));
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await isOut;
  const requests: string[] = [];
  page.on("request", (request) => {
    if (/\/(auth\/me|projects)\b/.test(request.url())) requests.push(request.url());
  });
  // The menu closes, and the window gets the focus back: both would load what is missing.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(page).toHaveURL("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in", level: 1 })).toBeVisible();
  expect(requests).toEqual([]);
});
