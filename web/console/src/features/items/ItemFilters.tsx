import "@mantine/core/styles/Checkbox.layer.css";
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { oneOf } from "#/app/search";
import { NativeSelectField } from "#/ui/NativeSelectField";
import { useShortcuts } from "#/ui/shortcuts";
import classes from "./items.module.css";
import { type ItemsSearch, KINDS, STATUSES } from "./routes";

interface Props {
  readonly filter: ItemsSearch;
}

/** The search and the filters of the table. Each change changes the URL. */
export function ItemFilters({ filter: { q, kind, status, domain, mine } }: Props) {
  const { t } = useTranslation("items");
  const navigate = useNavigate({ from: "/project/items" });
  const search = useRef<HTMLInputElement>(null);
  const change = (changed: ItemsSearch, replace = false) =>
    void navigate({ search: (old) => ({ ...old, ...changed }), replace });
  const changeSearch = useDebouncedCallback((words: string) => change({ q: words.trim() || undefined }, true), 300);
  useShortcuts(t("title"), [{ keys: "/", label: t("filters.search"), run: () => search.current?.focus() }]);
  return (
    <div className={classes.filters} role="search">
      <TextInput
        // A link may contain the words of a search.
        key={q === undefined ? "empty" : "words"}
        ref={search}
        type="search"
        aria-label={t("filters.search")}
        placeholder={t("filters.search")}
        leftSection={<IconSearch size={16} aria-hidden />}
        defaultValue={q}
        className={classes.search}
        onChange={({ currentTarget: { value } }) => changeSearch(value)}
      />
      <NativeSelectField
        aria-label={t("filters.kind")}
        w={150}
        value={kind ?? ""}
        data={[
          { value: "", label: t("filters.anyKind") },
          ...KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
        ]}
        onChange={(value) => change({ kind: oneOf(KINDS, value), ...(value === "voice" && { domain: undefined }) })}
      />
      <NativeSelectField
        aria-label={t("filters.status")}
        w={170}
        value={status ?? ""}
        data={[
          { value: "", label: t("filters.anyStatus") },
          ...STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
        ]}
        onChange={(value) => change({ status: oneOf(STATUSES, value) })}
      />
      <Checkbox
        label={t("filters.mine")}
        checked={mine === "true"}
        onChange={({ currentTarget: { checked } }) => change({ mine: checked ? "true" : undefined })}
      />
      {domain && (
        <Button
          size="compact-sm"
          variant="light"
          rightSection={<IconX size={14} aria-hidden />}
          aria-label={t("filters.clear", { filter: domain })}
          onClick={() => change({ domain: undefined })}
        >
          {domain}
        </Button>
      )}
    </div>
  );
}
