import type account from "../features/account/en.json";
import type administration from "../features/administration/en.json";
import type analytics from "../features/analytics/en.json";
import type audit from "../features/audit/en.json";
import type auth from "../features/auth/en.json";
import type exports from "../features/exports/en.json";
import type items from "../features/items/en.json";
import type members from "../features/members/en.json";
import type projects from "../features/projects/en.json";
import type review from "../features/review/en.json";
import type viewer from "../features/viewer/en.json";
import type common from "./common/en.json";
import type problems from "./problems/en.json";

/** The texts by namespace. A feature adds its file here, and the compiler knows its keys. */
export interface Resources {
  account: typeof account;
  administration: typeof administration;
  analytics: typeof analytics;
  audit: typeof audit;
  auth: typeof auth;
  common: typeof common;
  exports: typeof exports;
  items: typeof items;
  members: typeof members;
  problems: typeof problems;
  projects: typeof projects;
  review: typeof review;
  viewer: typeof viewer;
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Resources;
  }
}
