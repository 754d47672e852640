import type { Schema } from "@alta-data/client";
import { Select, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";

type Role = Schema<"ProjectRole">;

export const ROLES = ["admin", "contributor", "reviewer"] as const satisfies readonly Role[];

interface Props {
  readonly label: string;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
  /** Shows the label above the input. */
  readonly withLabel?: boolean;
}

/** An input for a project role, which says what each role may do. */
export function RoleSelect({ label, value, onChange, withLabel = false }: Props) {
  const { t } = useTranslation("members");
  return (
    <Select
      {...(withLabel ? { label } : { "aria-label": label })}
      value={value}
      allowDeselect={false}
      data={ROLES.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
      comboboxProps={{ width: 280, position: "bottom-start" }}
      renderOption={({ option }) => {
        const role = oneOf(ROLES, option.value);
        return (
          <div>
            <Text size="sm" fw={550}>
              {option.label}
            </Text>
            <Text size="xs" c="dimmed">
              {role && t(`may.${role}`)}
            </Text>
          </div>
        );
      }}
      onChange={(next) => {
        const role = oneOf(ROLES, next);
        if (role && role !== value) onChange(role);
      }}
    />
  );
}
