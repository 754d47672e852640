import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ACTIONS, RESOURCES } from "./actions";
import classes from "./audit.module.css";
import type { AuditFilter } from "./filter";

const PAUSE = 400;

interface Props {
  readonly filter: AuditFilter;
  readonly onChange: (change: AuditFilter) => void;
  /** The input for the actor. */
  readonly actor: ReactNode;
}

/** The filters of an audit log. */
export function AuditFilters({ filter, onChange, actor }: Props) {
  const { t } = useTranslation("audit");
  const { action, resource_type, resource_id, from, to } = filter;
  const isSet = Object.values(filter).some(Boolean);
  return (
    <form
      className={classes.filters}
      role="search"
      aria-label={t("filters")}
      onSubmit={(event) => event.preventDefault()}
    >
      <WrittenFilter label={t("action")} value={action} data={ACTIONS} onChange={(action) => onChange({ action })} />
      {actor}
      <WrittenFilter
        label={t("resourceType")}
        value={resource_type}
        data={RESOURCES}
        onChange={(resource_type) => onChange({ resource_type })}
      />
      <WrittenFilter
        label={t("resourceId")}
        value={resource_id}
        onChange={(resource_id) => onChange({ resource_id })}
      />
      <TextInput
        type="date"
        label={t("from")}
        value={from ?? ""}
        max={to}
        onChange={({ currentTarget: { value } }) => onChange({ from: value || undefined })}
      />
      <TextInput
        type="date"
        label={t("to")}
        value={to ?? ""}
        min={from}
        onChange={({ currentTarget: { value } }) => onChange({ to: value || undefined })}
      />
      {isSet && (
        <Button
          variant="subtle"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={() =>
            onChange({
              action: undefined,
              actor: undefined,
              resource_type: undefined,
              resource_id: undefined,
              from: undefined,
              to: undefined,
            })
          }
        >
          {t("clear")}
        </Button>
      )}
    </form>
  );
}

interface WrittenProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly data?: readonly string[];
  readonly onChange: (value: string | undefined) => void;
}

/** A filter that is written. It applies after a short pause. */
export function WrittenFilter({ label, value = "", data = [], onChange }: WrittenProps) {
  const list = useId();
  const [state, setState] = useState({ written: value, from: value });
  const apply = useDebouncedCallback((written: string) => onChange(written.trim() || undefined), PAUSE);
  // The address changed, for example by the back button.
  if (state.from !== value) setState({ written: value, from: value });
  return (
    <>
      <TextInput
        label={label}
        value={state.written}
        list={list}
        onChange={({ currentTarget: { value: written } }) => {
          setState({ written, from: value });
          apply(written);
        }}
      />
      <datalist id={list}>
        {data.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
    </>
  );
}
