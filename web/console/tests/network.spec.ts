import { copyFileSync } from "node:fs";
import { createProject, samplePath } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

test("on a slow network, pages say that they load, and an upload tells its progress", async ({ page, account }) => {
  test.setTimeout(180_000);
  const { id } = await createProject(account, "Letters");
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Letters" })).toBeVisible();
  const devtools = await page.context().newCDPSession(page);
  // A bad connection of a phone: 400 ms until the first byte, 50 KB per second.
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });

  // The frame stays, and placeholders take the page's place.
  await page.getByRole("link", { name: "Letters" }).click();
  await expect(page.locator(".mantine-Skeleton-root").first()).toBeVisible();
  await expect(page.getByRole("button", { name: `Account of ${account.display_name}` })).toBeVisible();
  await expect(page.getByRole("heading", { name: "No items yet" })).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".mantine-Skeleton-root")).toHaveCount(0);

  const path = test.info().outputPath("slow.wav");
  copyFileSync(samplePath("speech.wav"), path);
  await page.locator('input[type="file"][aria-label="Upload files"]').setInputFiles(path);
  const bar = page.getByRole("progressbar", { name: "Progress of all uploads" });
  const seen = new Set<number>();
  await expect
    .poll(
      async () => {
        const value = await bar.getAttribute("aria-valuenow", { timeout: 500 }).catch(() => null);
        if (value !== null) seen.add(Number(value));
        return page.getByRole("heading", { name: "Uploads: 1 of 1 complete" }).isVisible();
      },
      { timeout: 90_000, intervals: [100] },
    )
    .toBe(true);
  expect([...seen].filter((value) => value > 0 && value < 100).length).toBeGreaterThan(0);

  // The whole console loads, however long it takes.
  await page.goto(`/project/members?id=${id}`, { timeout: 90_000 });
  await expect(page.getByRole("heading", { name: "Members", level: 1 })).toBeVisible({ timeout: 60_000 });
});
