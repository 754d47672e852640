import { grantSuperAdmin, runSql } from "./support/administration.ts";
import { createProject, signUp } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

test("only super admins see the administration", async ({ page, account }) => {
  await createProject(account, "Letters");
  for (const path of ["users", "audit-log", "dead-letters"]) {
    await page.goto(`/administration/${path}`);
    await expect(page.getByText("Only super admins can open the administration.")).toBeVisible();
  }
  await expect(page.getByRole("link", { name: "Dead letters" })).toBeHidden();
});

test("a super admin finds, promotes and suspends a user", async ({ page, account, expectAccessible }) => {
  grantSuperAdmin(account);
  const grace = await signUp("Grace Hopper");
  const { id: project_id } = await createProject(grace, "Compilers");
  await page.goto("/administration/users");
  await expect(page.getByRole("link", { name: "Dead letters" })).toBeVisible();
  await page.getByLabel("Name or address").fill(grace.email);
  await expect(page).toHaveURL(/q=grace/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await expectAccessible();
  await page.getByRole("button", { name: "Grace Hopper" }).click();
  const drawer = page.getByRole("dialog", { name: "Grace Hopper", exact: true });
  await expect(drawer.getByRole("link", { name: "Compilers" })).toBeVisible();
  await expectAccessible();
  const role = drawer.getByRole("combobox", { name: "Role on the platform" });
  await role.selectOption("Super admin");
  await expect(page.getByText("Grace Hopper is now Super admin.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(role).toHaveValue("user");

  // The only admin of a project cannot be suspended.
  await drawer.getByRole("button", { name: "Suspend user" }).click();
  const confirmation = page.getByRole("dialog", { name: "Suspend Grace Hopper?" });
  await confirmation.getByRole("button", { name: "Suspend user" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Request" }).first()).toBeVisible();
  await confirmation.getByRole("button", { name: "Cancel" }).click();
  await grace.alta.delete("/projects/{project_id}", { params: { path: { project_id } } });
  await drawer.getByRole("button", { name: "Suspend user" }).click();
  await confirmation.getByRole("button", { name: "Suspend user" }).click();
  await expect(drawer.getByText("Suspended")).toBeVisible();
  await drawer.getByRole("button", { name: "Restore user" }).click();
  await expect(drawer.getByText("Active")).toBeVisible();

  await drawer.getByRole("link", { name: "Show activity" }).click();
  await expect(page).toHaveURL(/audit-log\?actor=/);
  await expect(page.getByRole("cell", { name: "user.login", exact: true }).first()).toBeVisible();
  await expectAccessible();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("audit-log.ndjson");
});

test("a super admin replays and deletes dead letters", async ({ page, account, expectAccessible }) => {
  grantSuperAdmin(account);
  const mark = crypto.randomUUID().slice(0, 8);
  const data = btoa(JSON.stringify({ hello: mark }));
  for (const [number, cause] of [`timeout ${mark}`, `timeout ${mark}`, `refused ${mark}`].entries()) {
    runSql(
      `insert into dead_letters values (gen_random_uuid(), 'ocr-${mark}', sha256('${mark} ${number}'::bytea), ` +
        `'message-${number}', '{}', '${data}', 5, false, '${cause}', now())`,
    );
  }
  await page.goto("/administration/dead-letters");
  await page.getByRole("combobox", { name: "Subscription" }).fill(`ocr-${mark}`);
  await expect(page.getByRole("article")).toHaveCount(3);
  await page.getByRole("article").first().getByRole("button", { name: "Message" }).click();
  await expect(page.getByText(`"hello": "${mark}"`)).toBeVisible();
  await expectAccessible();
  await page.getByRole("combobox", { name: "Cause contains" }).fill("TIMEOUT");
  await expect(page.getByRole("article")).toHaveCount(2);
  await page.getByRole("button", { name: "Delete all that match" }).click();
  const confirmation = page.getByRole("dialog", { name: "Delete all messages that match?" });
  await expect(confirmation.getByText("2 messages match the filters.")).toBeVisible();
  await expectAccessible();
  await confirmation.getByRole("button", { name: "Delete all that match" }).click();
  await expect(page.getByText("2 messages were deleted.")).toBeVisible();
  await page.goto(`/administration/dead-letters?subscription=ocr-${mark}`);
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page
    .getByRole("dialog", { name: "Delete this message?" })
    .getByRole("button", { name: "Delete", exact: true })
    .click();
  await expect(page.getByText("1 message was deleted.")).toBeVisible();
});

test("the preview of an action on dead letters counts those that are not loaded", async ({ page, account }) => {
  grantSuperAdmin(account);
  const mark = crypto.randomUUID().slice(0, 8);
  // The list loads 100 at once, newest first: those of the filter come later.
  runSql(
    `insert into dead_letters
      select gen_random_uuid(), 'old-' || '${mark}', sha256(('${mark} old ' || n)::bytea), 'message-' || n, '{}', 'e30=', 5,
        n % 2 = 0, 'timeout ${mark}', now() - interval '1 day' from generate_series(1, 130) n;
    insert into dead_letters
      select gen_random_uuid(), 'new-' || '${mark}', sha256(('${mark} new ' || n)::bytea), 'message-' || n, '{}', 'e30=', 5,
        false, 'refused ${mark}', now() from generate_series(1, 250) n`,
  );
  await page.goto(`/administration/dead-letters?subscription=old-${mark}`);
  await page.getByRole("button", { name: "Replay all that match" }).click();
  const replaying = page.getByRole("dialog", { name: "Replay all messages that match?" });
  await expect(replaying.getByText("65 messages match the filters.")).toBeVisible();
  await replaying.getByRole("button", { name: "Cancel" }).click();
  await expect(replaying).toBeHidden();
  await page.getByRole("button", { name: "Delete all that match" }).click();
  const deleting = page.getByRole("dialog", { name: "Delete all messages that match?" });
  await expect(deleting.getByText("130 messages match the filters.")).toBeVisible();
  await deleting.getByRole("button", { name: "Delete all that match" }).click();
  await expect(page.getByText("130 messages were deleted.")).toBeVisible();
  runSql(`delete from dead_letters where subscription = 'new-${mark}'`);
});
