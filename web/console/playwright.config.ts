import { defineConfig, devices } from "@playwright/test";
import { chromium, consoleOrigin, servers } from "./tests/support/servers.ts";

export default defineConfig({
  testDir: "tests",
  // `make screenshots` writes pictures instead of testing.
  testMatch: process.env.SCREENSHOTS ? "screenshots.ts" : "*.spec.ts",
  workers: 1,
  // A busy machine is slow. A test that fails twice fails.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  retries: 1,
  reporter: [["list"], ["./tests/support/figures.ts"]],
  webServer: servers,
  use: {
    ...devices["Desktop Chrome"],
    baseURL: consoleOrigin,
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
      ],
    },
  },
});
