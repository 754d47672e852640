import type { ItemWithText } from "@alta-data/client";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Fragment, lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#/ui/format";
import { notifySuccess } from "#/ui/notify";
import { Time } from "#/ui/Time";
import { setDomain, setLanguage } from "./item-requests";
import classes from "./items.module.css";
import { itemQuery, itemsKey } from "./queries";
import { useRights } from "./rights";

const TextDialog = lazy(() => import("./TextDialog"));

interface Props {
  readonly item: ItemWithText;
}

/** The metadata of an item. What the user may change has a button. */
export function ItemMetadata({ item }: Props) {
  const { t } = useTranslation("items");
  const { bytes, clock, percent } = useFormat();
  const { mayChange } = useRights(item.project_id);
  const { confidence, language, processed_at } = item;
  const length = item.kind === "document" ? item.page_count : item.duration_seconds;
  const value = item.kind === "document" ? item.domain : item.requested_language;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t("facts.size"), bytes(item.size_bytes)],
    [t("facts.length"), length != null && (item.kind === "document" ? t("pages", { count: length }) : clock(length))],
    [t("facts.language"), language],
    [t("facts.confidence"), confidence ? percent(confidence) : null],
    [t("facts.uploaded"), <Time key="uploaded" at={item.submitted_at ?? item.created_at} />],
    [t("facts.processed"), processed_at && <Time key="processed" at={processed_at} />],
    [
      item.kind === "document" ? t("facts.domain") : t("facts.requestedLanguage"),
      mayChange(item) ? <Value key="value" item={item} value={value ?? ""} /> : value,
    ],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, fact]) => (
        <Fragment key={name}>
          {fact ? (
            <div>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ) : null}
        </Fragment>
      ))}
    </dl>
  );
}

function Value({ item, value }: Props & { readonly value: string }) {
  const { t } = useTranslation("items");
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const words = item.kind === "document" ? "domain" : "language";
  const save = useMutation({
    mutationFn: (next: string | null) =>
      item.kind === "document" ? setDomain(item.id, next) : setLanguage(item.id, next),
    onSuccess: async () => {
      notifySuccess(t(`${words}.done`));
      void queryClient.invalidateQueries({ queryKey: itemsKey(item.project_id) });
      await queryClient.invalidateQueries({ queryKey: itemQuery(item.kind, item.id).queryKey });
    },
  });
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-label={value ? t(`${words}.change`, { value }) : t(`${words}.set`)}
        onClick={() => setOpen(true)}
      >
        {value || t(`${words}.set`)}
      </Button>
      <Suspense>
        {isOpen && (
          <TextDialog
            title={t(`${words}.title`)}
            label={t(`${words}.label`)}
            description={t(`${words}.description`)}
            maxLength={64}
            initial={value}
            onClose={() => setOpen(false)}
            onSave={save.mutateAsync}
          />
        )}
      </Suspense>
    </>
  );
}
