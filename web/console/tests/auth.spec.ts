import { addAuthenticator } from "./support/authenticator.ts";
import { mailedLink, PASSWORD, signUp, someAddress } from "./support/platform.ts";
import { expect, test } from "./support/test.ts";

test("a user signs up, verifies the address and signs in", async ({ page, expectAccessible }) => {
  const email = someAddress();
  await page.goto("/");
  await expect(page).toHaveURL("/sign-in");
  await expectAccessible();
  await page.getByRole("link", { name: "Sign up" }).click();
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Name (optional)").fill("Ada Lovelace");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await expectAccessible();
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

  await page.goto(await mailedLink(email, "verify-email"));
  await expect(page).toHaveURL("/verify-email");
  await expectAccessible();
  await page.getByRole("button", { name: "Verify address" }).click();
  await expect(page.getByRole("heading", { name: "Address verified" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();

  await page.getByLabel("Email address").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill("a wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("Request");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Create your first project" })).toBeVisible();
});

test("a password that is too short is refused beside its field", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("Email address").fill(someAddress());
  const password = page.getByRole("textbox", { name: "Password" });
  await password.fill("password1234");
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(password).toHaveAttribute("aria-invalid", "true");
});

test("a forgotten password is reset through a mailed link", async ({ page, expectAccessible }) => {
  const { email } = await signUp();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await expectAccessible();
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

  await page.goto(await mailedLink(email, "reset-password"));
  await expectAccessible();
  await page.getByRole("textbox", { name: "New password" }).fill("another correct horse");
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill("another correct horse");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Create your first project" })).toBeVisible();
});

test("a link to a page leads there after the sign-in", async ({ page }) => {
  const account = await signUp();
  const { id } = await account.alta.post("/projects", { body: { name: "Letters" } });
  await page.goto(`/project/members?id=${id}`);
  await page.getByLabel("Email address").fill(account.email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`/project/members?id=${id}`);
  await expect(page.getByRole("heading", { name: "Members", level: 1 })).toBeVisible();
});

test("a passkey signs in, by the button and by autofill", async ({ page, account }) => {
  await addAuthenticator(page);
  await page.goto("/");
  // The account page creates passkeys. Here the session is new, so the API takes one at once.
  await page.evaluate(async () => {
    const token = localStorage.getItem(`alta-data.session ${location.origin}`);
    const post = async (path: string, body: object, access = "") => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${access}` };
      const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      return (await response.json()) as Record<string, unknown>;
    };
    const { access_token, refresh_token } = await post("/auth/refresh", { refresh_token: token });
    localStorage.setItem(`alta-data.session ${location.origin}`, String(refresh_token));
    const { ceremony_id, options } = await post("/auth/passkeys/register/start", {}, String(access_token));
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      options as PublicKeyCredentialCreationOptionsJSON,
    );
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    await post(
      "/auth/passkeys/register/finish",
      { ceremony_id, credential: credential.toJSON() as object },
      String(access_token),
    );
  });

  await page.reload();
  await page.getByRole("button", { name: `Account of ${account.display_name}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  // The virtual authenticator chooses at once, as a user would from the list of the autofill.
  await expect(page.getByRole("heading", { name: "Create your first project" })).toBeVisible();
});

test("an invitation is accepted by a user with an account", async ({ page, account, openAs, expectAccessible }) => {
  const { id } = await account.alta.post("/projects", { body: { name: "Letters" } });
  const invited = await signUp("Grace Hopper");
  await page.goto(`/project/members?id=${id}`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Email address").fill(invited.email);
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByRole("cell", { name: invited.email, exact: true })).toBeVisible();

  const other = await openAs(invited);
  await other.goto(await mailedLink(invited.email, "invitation"));
  await expect(other.getByRole("heading", { name: "Join Letters" })).toBeVisible();
  await expectAccessible(other);
  await other.getByRole("button", { name: "Accept invitation" }).click();
  await expect(other.getByRole("heading", { name: "Items", level: 1 })).toBeVisible();
  await expect(other.getByText("You joined Letters.")).toBeVisible();
});

test("an invitation leads someone without an account through the sign-up to the project", async ({
  account,
  browser,
  baseURL,
  expectAccessible,
}) => {
  const { id } = await account.alta.post("/projects", { body: { name: "Letters" } });
  const email = someAddress("grace");
  await account.alta.post("/projects/{project_id}/invite", {
    params: { path: { project_id: id } },
    body: { email, role: "contributor" },
  });
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const page = await context.newPage();
  await page.goto(await mailedLink(email, "invitation"));
  await expect(page.getByRole("heading", { name: "Join Letters" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Sign up" }).click();
  await expect(page.getByLabel("Email address")).toHaveValue(email);
  await page.getByLabel("Name (optional)").fill("Grace Hopper");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

  await page.goto(await mailedLink(email, "verify-email"));
  await page.getByRole("button", { name: "Verify address" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  // The invitation was kept in the meantime.
  await expect(page).toHaveURL("/invitation");
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await expect(page.getByRole("heading", { name: "Items", level: 1 })).toBeVisible();
  const members = await account.alta
    .list("/projects/{project_id}/members", { params: { path: { project_id: id } } })
    .all();
  expect(members.map(({ email, role }) => [email, role])).toContainEqual([email, "contributor"]);
  await context.close();
});
