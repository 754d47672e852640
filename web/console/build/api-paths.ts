/** The paths that the functions own. All others belong to the console. */
const OWNED = [
  "/.well-known/",
  "/admin/",
  "/analytics/",
  "/auth/",
  "/documents",
  "/docs",
  "/events",
  "/exports",
  "/health",
  "/invitations/",
  "/items",
  "/local/",
  "/openapi.json",
  "/projects",
  "/review",
  "/users/",
  "/voice",
];

/** Returns the settings that pass the requests for these paths to a platform, which answers only to its own host. */
export function proxied(platform: string) {
  return Object.fromEntries(OWNED.map((path) => [path, { target: platform, changeOrigin: true }]));
}
