import { addMember, createProject, signUp } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

test("a project is created, changed and deleted", async ({ page, account, expectAccessible }) => {
  expect(account.email).toContain("@");
  await page.goto("/");
  await expectAccessible();
  await page.getByRole("button", { name: "New project" }).click();
  const dialog = page.getByRole("dialog", { name: "New project" });
  await dialog.getByLabel("Name").fill("Letters of 1962");
  await dialog.getByLabel("Description").fill("Correspondence of the town library");
  await expectAccessible();
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(page).toHaveURL(/\/project\/\w+\?id=/);

  await page.getByRole("link", { name: "Settings" }).click();
  await expectAccessible();
  await page.getByLabel("Name").fill("Letters of 1963");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Breadcrumbs" })).toContainText("Letters of 1963");

  await page.getByRole("button", { name: "Delete project" }).click();
  const confirmation = page.getByRole("dialog", { name: "Delete Letters of 1963?" });
  await expect(confirmation.getByRole("button", { name: "Delete project" })).toBeDisabled();
  await confirmation.getByRole("textbox").fill("Letters of 1963");
  await confirmation.getByRole("button", { name: "Delete project" }).click();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("heading", { name: "Create your first project" })).toBeVisible();
});

test("a role is changed at once, and the change undone", async ({ page, account, expectAccessible }) => {
  const { id } = await createProject(account, "Letters");
  const grace = await signUp("Grace Hopper");
  await addMember(account, id, grace, "contributor");
  await page.goto(`/project/members?id=${id}`);
  const role = page.getByRole("combobox", { name: "Role of Grace Hopper" });
  await role.click();
  await page.getByRole("option", { name: /Reviewer/ }).click();
  await expect(role).toHaveValue("Reviewer");
  // The toast closes after some seconds.
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(role).toHaveValue("Contributor");
  await expectAccessible();
  await page.reload();
  await expect(role).toHaveValue("Contributor");
});

test("a member without the right sees no controls, and an outsider sees nothing", async ({ account, openAs }) => {
  const { id } = await createProject(account, "Letters");
  const grace = await signUp("Grace Hopper");
  await addMember(account, id, grace, "reviewer");
  const asGrace = await openAs(grace);
  await asGrace.goto(`/project/members?id=${id}`);
  await expect(asGrace.getByRole("row", { name: /Grace Hopper/ })).toBeVisible();
  await expect(asGrace.getByRole("button", { name: "Invite" })).toBeHidden();
  await expect(asGrace.getByRole("link", { name: "Settings" })).toBeHidden();

  const outsider = await openAs(await signUp("Eve"));
  await outsider.goto(`/project/members?id=${id}`);
  await expect(outsider.getByRole("main").getByRole("alert")).toContainText("Not found");
  await expect(outsider.getByRole("main").getByRole("alert")).toContainText("Request");
});

test("the command menu opens a project by keyboard", async ({ page, account }) => {
  await createProject(account, "Letters");
  await createProject(account, "Recordings");
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Projects", level: 1 })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Search pages and projects").fill("record");
  await expect(page.getByText("Letters", { exact: true }).last()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Breadcrumbs" })).toContainText("Recordings");
});
