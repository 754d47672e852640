/** Actions of the platform's operator: on its database, or as a super admin. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "./platform.ts";

/** Runs a statement on the database of the tests' platform. `ALTA_DATA_DIR` names its folder. */
export function runSql(statement: string): void {
  const folder = process.env.ALTA_DATA_DIR;
  if (!folder) throw new Error("ALTA_DATA_DIR is missing: it names the folder of the platform's data.");
  const url = readFileSync(join(folder, "database.url"), "utf8").trim();
  execFileSync("psql", [url, "-v", "ON_ERROR_STOP=1", "-q", "-c", statement]);
}

/** Makes a user a super admin, as `make super-admin` does. */
export function grantSuperAdmin({ email }: Account): void {
  runSql(`update users set global_role = 'super_admin' where email = '${email}'`);
}
