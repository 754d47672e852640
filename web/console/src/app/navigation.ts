import type { Schema } from "@alta-data/client";
import {
  type Icon,
  IconChartBar,
  IconChecklist,
  IconFileExport,
  IconHistory,
  IconMailExclamation,
  IconFiles,
  IconSettings,
  IconUserShield,
  IconUsers,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type common from "#/i18n/common/en.json";

/** An entry of the navigation. */
export interface NavigationEntry {
  readonly to: NonNullable<LinkProps["to"]>;
  /** The key of its label under `navigation`. */
  readonly label: keyof (typeof common)["navigation"];
  readonly icon: Icon;
  /** The project roles that see it. A super admin sees everything. */
  readonly roles?: readonly Schema<"ProjectRole">[];
}

/** The pages of a project, each with the project's id as the parameter `id`. */
export const PROJECT_PAGES: readonly NavigationEntry[] = [
  { to: "/project/items", label: "items", icon: IconFiles },
  { to: "/project/review", label: "review", icon: IconChecklist, roles: ["admin", "reviewer"] },
  { to: "/project/analytics", label: "analytics", icon: IconChartBar, roles: ["admin"] },
  { to: "/project/exports", label: "exports", icon: IconFileExport, roles: ["admin"] },
  { to: "/project/members", label: "members", icon: IconUsers },
  { to: "/project/audit-log", label: "auditLog", icon: IconHistory, roles: ["admin"] },
  { to: "/project/settings", label: "settings", icon: IconSettings, roles: ["admin"] },
];

/** The pages of the platform, for super admins. */
export const ADMINISTRATION_PAGES: readonly NavigationEntry[] = [
  { to: "/overview", label: "overview", icon: IconChartBar },
  { to: "/administration/users", label: "users", icon: IconUserShield },
  { to: "/administration/audit-log", label: "platformAuditLog", icon: IconHistory },
  { to: "/administration/dead-letters", label: "deadLetters", icon: IconMailExclamation },
];

/** Returns true if a user with these roles sees an entry. */
export function isVisible(
  { roles }: NavigationEntry,
  projectRole: Schema<"ProjectRole"> | null | undefined,
  globalRole: Schema<"GlobalRole">,
): boolean {
  return !roles || globalRole === "super_admin" || (!!projectRole && roles.includes(projectRole));
}
