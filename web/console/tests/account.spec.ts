import type { Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { addAuthenticator } from "./support/authenticator.ts";
import { client, createProject, mailedLink, PASSWORD, signUp } from "./support/platform.ts";
import { expect, signInAs, test } from "./support/test.ts";

/** Answers the next request for this path as the API does after ten minutes, once. */
async function needRecentSignIn(page: Page, path: string): Promise<void> {
  const problem = { title: "Reauthentication required", status: 403, code: "reauthentication_required" };
  await page.route(
    `**${path}`,
    (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body: JSON.stringify(problem) }),
    { times: 1 },
  );
}

test("passkeys are added, used, renamed and removed", async ({ page, account, expectAccessible }) => {
  await addAuthenticator(page);
  await page.goto("/");
  await page.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  await page.getByRole("menuitem", { name: "Account" }).click();
  await expect(page).toHaveURL("/account");
  await expect(page.getByText("You have no passkeys yet.")).toBeVisible();
  await expectAccessible();

  await page.getByRole("button", { name: "Add passkey" }).click();
  const adding = page.getByRole("dialog", { name: "Add passkey" });
  const renaming = page.getByRole("dialog", { name: "Rename passkey" });
  const removing = page.getByRole("dialog", { name: "Remove Old laptop?" });
  await adding.getByLabel("Name (optional)").fill("Laptop");
  await expectAccessible();
  await adding.getByRole("button", { name: "Create passkey" }).click();
  await expect(page.getByText("Passkey Laptop added")).toBeVisible();
  await expect(adding).toBeHidden();
  await expect(page.getByText("never used")).toBeVisible();
  await mailedLink(account.email, "account");

  // The authenticator knows that it holds a passkey for this account.
  await page.getByRole("button", { name: "Add passkey" }).click();
  await adding.getByRole("button", { name: "Create passkey" }).click();
  await expect(adding.getByRole("alert")).toContainText("This device already has a passkey");
  await adding.getByRole("button", { name: "Cancel" }).click();
  await expect(adding).toBeHidden();

  await page.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  // The virtual authenticator chooses at once, as a user would from the list of the autofill.
  await expect(page.getByRole("button", { name: `Account of ${account.display_name}` })).toBeVisible();
  await page.goto("/account");
  await expect(page.getByRole("list", { name: "Passkeys" })).toContainText("last used");

  await page.getByRole("button", { name: "Rename Laptop" }).click();
  await renaming.getByLabel("Name").fill("Old laptop");
  await renaming.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByText("Passkey renamed to Old laptop")).toBeVisible();
  await expect(renaming).toBeHidden();
  await page.getByRole("button", { name: "Remove Old laptop" }).click();
  await removing.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("You have no passkeys yet.")).toBeVisible();

  // The authenticator still has it. Neither the autofill nor the button signs in.
  await expect(removing).toBeHidden();
  await page.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  const refused = page.waitForResponse((response) => response.url().endsWith("/auth/login"));
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  expect((await refused).status()).toBe(401);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("Request");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a passkey that a password change suspended is confirmed", async ({ page, account, expectAccessible }) => {
  expect(account.email).toContain("@");
  await addAuthenticator(page);
  await page.goto("/account");
  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByRole("dialog", { name: "Add passkey" }).getByRole("button", { name: "Create passkey" }).click();
  await expect(page.getByText("never used")).toBeVisible();

  await page.getByLabel("New password").fill("another correct horse");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await expect(page.getByText("Suspended", { exact: true })).toBeVisible();
  await expectAccessible();
  await page.getByRole("button", { name: /^Confirm / }).click();
  await expect(page.getByText(/^Passkey .* confirmed$/)).toBeVisible();
  await expect(page.getByText("Suspended", { exact: true })).toBeHidden();
});

test("an old sign-in is confirmed, and the action continues", async ({ page, account, expectAccessible }) => {
  expect(account.email).toContain("@");
  await addAuthenticator(page);
  await page.goto("/account");
  const identity = page.getByRole("dialog", { name: "Confirm your identity" });
  const naming = page.getByRole("dialog", { name: "Add passkey" });

  await needRecentSignIn(page, "/auth/passkeys/register/start");
  await page.getByRole("button", { name: "Add passkey" }).click();
  await naming.getByRole("button", { name: "Create passkey" }).click();
  await expectAccessible();
  await identity.getByRole("button", { name: "Close" }).click();
  await expect(identity).toBeHidden();
  await expect(page.getByText("You have no passkeys yet.")).toBeVisible();
  await expect(page.getByRole("main").getByRole("alert")).toBeHidden();

  await needRecentSignIn(page, "/auth/passkeys/register/start");
  await naming.getByRole("button", { name: "Create passkey" }).click();
  await identity.getByRole("textbox", { name: "Your password" }).fill("not my password");
  await identity.getByRole("button", { name: "Continue" }).click();
  await expect(identity.getByRole("alert")).toBeVisible();
  await identity.getByRole("textbox", { name: "Your password" }).fill(PASSWORD);
  await identity.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText(/^Passkey .* added$/)).toBeVisible();

  await needRecentSignIn(page, "/users/me/password");
  await page.getByLabel("New password").fill("another correct horse");
  await page.getByRole("button", { name: "Change password" }).click();
  await identity.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
});

test("sessions end one by one and all at once", async ({ page, account }) => {
  const open = async () => {
    const alta = client();
    await alta.session.signIn({ email: account.email, password: account.password });
    return alta;
  };
  const isOpen = (alta: Awaited<ReturnType<typeof open>>) =>
    alta.get("/users/me").then(
      () => true,
      () => false,
    );
  await page.goto("/account");
  const sessions = page.getByRole("list", { name: "Sessions" });
  await expect(sessions.getByText("This session")).toBeVisible();
  const others = sessions.getByRole("button", { name: /^End session/ });
  await expect(others).toHaveCount(1);
  await others.click();
  await expect(others).toHaveCount(0);
  expect(await isOpen(account.alta)).toBe(false);

  const second = await open();
  await page.getByRole("button", { name: "End all other sessions" }).click();
  await expect(page.getByText("All other sessions have ended")).toBeVisible();
  expect(await isOpen(second)).toBe(false);

  const third = await open();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await isOpen(third)).toBe(false);
});

test("a wrong current password is refused, and a new one ends other sessions", async ({ page, account }) => {
  await page.goto("/account");
  await page.getByLabel("Current password (optional)").fill("not my password");
  await page.getByLabel("New password").fill("another correct horse");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("Request");
  await page.getByLabel("Current password (optional)").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await expect(account.alta.get("/users/me")).rejects.toThrow();
  await client().session.signIn({ email: account.email, password: "another correct horse" });
});

test("a name changes, and a change from elsewhere is not overwritten", async ({ page, account }) => {
  await page.goto("/account");
  const name = page.getByLabel("Name (optional)").first();
  await expect(name).toHaveValue(account.display_name);
  await name.fill("Ada King");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Profile saved")).toBeVisible();
  await expect(page.getByRole("button", { name: "Account of Ada King" })).toBeVisible();

  await account.alta.patch("/users/me", { body: { display_name: "Ada K." } });
  await name.fill("Ada");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("changed elsewhere")).toBeVisible();
  await expect(name).toHaveValue("Ada K.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("changed elsewhere")).toBeHidden();
  expect((await account.alta.get("/users/me")).display_name).toBe("Ada K.");
});

test("personal data is downloaded, and the last project admin cannot leave", async ({ page, account }) => {
  const { id } = await createProject(account, "<b>Letters</b>");
  await page.goto("/account");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("alta-data-account.json");
  const data = JSON.parse(await readFile(await file.path(), "utf8")) as { account: { email: string } };
  expect(data.account.email).toBe(account.email);

  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  const remove = async () => {
    await page.getByRole("button", { name: "Delete account" }).click();
    await expect(dialog.getByRole("button", { name: "Delete account" })).toBeDisabled();
    await dialog.getByRole("textbox").fill(account.email);
    await dialog.getByRole("button", { name: "Delete account" }).click();
  };
  await remove();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("<b>Letters</b>");
  await expect(dialog).toBeHidden();
  await account.alta.delete("/projects/{project_id}", { params: { path: { project_id: id } } });
  await remove();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByText("Account deleted")).toBeVisible();
  const signIn = client().session.signIn({ email: account.email, password: account.password });
  await expect(signIn).rejects.toThrow();
});

test("the account page speaks German, on a phone", async ({ page, expectAccessible }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.addInitScript(() => localStorage.setItem("alta-data.language", "de"));
  await signInAs(page, await signUp());
  await page.goto("/account");
  await expect(page.getByRole("heading", { name: "Konto", level: 1 })).toBeVisible();
  await expect(page.getByText("Diese Sitzung")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expectAccessible();
});
