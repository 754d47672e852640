/** The test function of the console's tests. */

import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { type Account, signUp } from "./platform.ts";
import { platformOrigin } from "./servers.ts";

interface Fixtures {
  /** A user of their own for each test, with the console signed in. */
  readonly account: Account;
  /** Opens the console as another user, in a browser context of their own. */
  readonly openAs: (account: Account) => Promise<Page>;
  /** Waits for the heading of the page, and fails the test when axe finds something. */
  readonly expectAccessible: (page?: Page) => Promise<void>;
}

/**
 * The test function. A test fails when the page logs an error, which includes violations of the content security
 * policy. Errors of requests are expected where a test provokes them.
 */
export const test = base.extend<Fixtures>({
  page: async ({ page }, use) => {
    const errors: string[] = [];
    watch(page, errors);
    await use(page);
    expect(errors).toEqual([]);
  },

  account: async ({ page }, use) => {
    const account = await signUp();
    await signInAs(page, account);
    await use(account);
  },

  openAs: async ({ browser, baseURL }, use) => {
    const contexts: { close: () => Promise<void> }[] = [];
    await use(async (account) => {
      const context = await browser.newContext({ baseURL: baseURL ?? "" });
      contexts.push(context);
      const page = await context.newPage();
      await signInAs(page, account);
      return page;
    });
    for (const context of contexts) await context.close();
  },

  expectAccessible: async ({ page: own }, use) => {
    await use(async (page = own) => {
      await page.locator("main h1").first().waitFor();
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      const found = violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
      }));
      expect(found).toEqual([]);
    });
  },
});

export { expect };

/** Notes the errors that a page logs. */
function watch(page: Page, errors: string[]): void {
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    const isRequest = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRequest) errors.push(message.text());
  });
}

/** Signs the page's browser in, without the form. */
export async function signInAs(page: Page, { email, password }: Account): Promise<void> {
  const response = await fetch(`${platformOrigin}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { refresh_token } = (await response.json()) as { refresh_token: string };
  // Only once: the console replaces the token at each refresh. This page is not the console's, but has its origin.
  await page.goto("/health/live");
  await page.evaluate((token) => localStorage.setItem(`alta-data.session ${location.origin}`, token), refresh_token);
}
