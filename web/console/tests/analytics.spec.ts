import { addMember, createProject, signUp } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";
import { addItem } from "./support/uploads.ts";

test("the figures of a project are shown as charts and as tables", async ({
  page,
  account,
  openAs,
  expectAccessible,
}) => {
  test.setTimeout(180_000);
  const { id } = await createProject(account, "Letters");
  await page.goto(`/project/analytics?id=${id}`);
  await expect(page.getByRole("heading", { name: "No figures yet" })).toBeVisible();
  await expectAccessible();

  const kim = await signUp("Kim Reviewer");
  await addMember(account, id, kim, "reviewer");
  const { id: item_id } = await addItem(account, id, "page.png", "first.png");
  await addItem(account, id, "page.png", "second.png");
  await kim.alta.patch("/review/{item_id}", { params: { path: { item_id } }, body: { status: "approved" } });

  // The figures are up to 30 seconds old.
  const query = { project_id: id, timeframe: "7d", timezone: "Asia/Tokyo" } as const;
  await expect
    .poll(
      async () => {
        const { totals, daily } = await account.alta.get("/analytics/summary", { params: { query } });
        return [totals.documents.approved, daily.at(-1)?.approved];
      },
      { timeout: 90_000, intervals: [2000] },
    )
    .toEqual([1, 1]);
  await page.goto(`/project/analytics?id=${id}&timeframe=7d&timezone=Asia%2FTokyo`);
  await expect(page.getByText("100% approved")).toBeVisible();
  await page.getByRole("button", { name: "Show Items by status as a table" }).click();
  await expect(
    page
      .getByRole("row", { name: /^Documents/ })
      .getByRole("cell")
      .nth(3),
  ).toHaveText("1");
  await expect(page.getByRole("combobox", { name: "Time zone" })).toHaveValue("Asia/Tokyo");
  await expect(page.locator(".recharts-line-curve").first()).toBeVisible();
  await expect(
    page.getByRole("region", { name: "Durations" }).getByRole("row", { name: /From upload to text/ }),
  ).toContainText("second");
  await expectAccessible();
  await page.getByRole("button", { name: "Show Day by day as a table" }).click();
  const days = page.getByRole("table", { name: "Day by day" });
  await expect(days.getByRole("row")).toHaveCount(8);
  await expect(days.getByRole("row").last()).toContainText("2");
  await expectAccessible();

  await page.getByText("90 days").click();
  await expect(page).toHaveURL(/timeframe=90d/);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth))
    .toBe(true);

  const asKim = await openAs(kim);
  await asKim.goto(`/project/analytics?id=${id}`);
  await expect(asKim.getByText("Only project admins can see the analytics.")).toBeVisible();
});

test("the analytics of all projects cover those that the user administers", async ({
  page,
  account,
  openAs,
  expectAccessible,
}) => {
  test.slow();
  const [first, second] = [await createProject(account, "Letters"), await createProject(account, "Maps")];
  await addItem(account, first.id, "page.png", "one.png");
  await addItem(account, second.id, "page.png", "two.png");
  const kim = await signUp("Kim Reviewer");
  await addMember(account, first.id, kim, "reviewer");
  const query = { timeframe: "7d", timezone: "Europe/Berlin" } as const;
  await expect
    .poll(async () => (await account.alta.get("/analytics/summary", { params: { query } })).daily.at(-1)?.uploaded, {
      timeout: 90_000,
      intervals: [2000],
    })
    .toBe(2);
  await page.goto("/");
  await page.getByRole("link", { name: "Analytics", exact: true }).click();
  await expect(page).toHaveURL("/overview");
  await expect(page.getByRole("heading", { name: "Analytics of all projects", level: 1 })).toBeVisible();
  await page.getByText("7 days").click();
  await expect(page).toHaveURL(/timeframe=7d/);
  await page.getByRole("button", { name: "Show Day by day as a table" }).click();
  await expect(page.getByRole("table", { name: "Day by day" }).getByRole("row").last()).toContainText("2");
  await expectAccessible();

  const asKim = await openAs(kim);
  await asKim.goto("/overview");
  await expect(asKim.getByRole("main").getByRole("alert")).toContainText("Request");
});

test("the audit log of a project is filtered by its address", async ({ page, account, expectAccessible }) => {
  const { id } = await createProject(account, "Letters");
  await addMember(account, id, await signUp("Kim Reviewer"), "reviewer");
  await page.goto(`/project/audit-log?id=${id}`);
  await expect(page.getByRole("cell", { name: "project.created", exact: true })).toBeVisible();
  await expect(page.getByRole("cell", { name: "invitation.created", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Details of project.created" }).click();
  await expect(page.getByText("User agent")).toBeVisible();
  await expectAccessible();
  await page.getByRole("combobox", { name: "Action" }).fill("project.created");
  await expect(page).toHaveURL(/action=project.created/);
  await expect(page.getByRole("cell", { name: "invitation.created", exact: true })).toBeHidden();
  await page.goto(`/project/audit-log?id=${id}&to=2020-01-01`);
  await expect(page.getByRole("heading", { name: "No entries" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByRole("cell", { name: "project.created", exact: true })).toBeVisible();
});
