import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/Checkbox.layer.css";
import { Badge, Button, Card, Checkbox, Group, Kbd, Table, Text } from "@mantine/core";
import { IconCheck, IconChecks, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { EmptyState } from "#/ui/EmptyState";
import { ErrorState } from "#/ui/ErrorState";
import { useFormat } from "#/ui/format";
import { AnchorLink } from "#/ui/links";
import { LoadMore } from "#/ui/LoadMore";
import { TableScroll } from "#/ui/TableScroll";
import { useShortcuts } from "#/ui/shortcuts";
import { RowsSkeleton } from "#/ui/skeletons";
import { Time } from "#/ui/Time";
import { type Queue, queueQuery, type ReviewItem, type Verdict } from "./queries";
import classes from "./review.module.css";
import { useBulkDecision } from "./use-bulk-decision";
import { useLength } from "./use-length";

const RejectItems = lazy(() => import("./RejectItems"));

/** The queue as a list, to decide on many items at once. */
export default function QueueTable({ queue }: { readonly queue: Queue }) {
  const { t } = useTranslation("review");
  const list = useInfiniteQuery(queueQuery(queue));
  const { hidden, decide } = useBulkDecision(queue);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [rejecting, setRejecting] = useState(false);
  const items = (list.data ?? []).filter(({ id }) => !hidden.has(id));
  const chosen = items.filter(({ id }) => selected.has(id));
  const act = (verdict: Verdict, feedback = "") => {
    decide(chosen, verdict, feedback);
    setSelected(new Set());
  };
  const approve = () => {
    if (chosen.length > 0) act("approved");
  };
  const reject = () => {
    if (chosen.length > 0) setRejecting(true);
  };
  useShortcuts(t("title"), [
    { keys: "A", label: t("keys.approveSelected"), run: approve },
    { keys: "R", label: t("keys.rejectSelected"), run: reject },
  ]);
  if (list.isPending) return <RowsSkeleton />;
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (items.length === 0) {
    return <EmptyState icon={IconChecks} title={t("empty.title")} description={t("empty.description")} />;
  }
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  return (
    <>
      <Group className={classes.bulk} role="group" aria-label={t("decision")}>
        <Text size="sm" role="status" className={classes.selected}>
          {t("selected", { count: chosen.length })}
        </Text>
        <Button
          color="green"
          size="xs"
          disabled={chosen.length === 0}
          leftSection={<IconCheck size={16} aria-hidden />}
          rightSection={<Kbd size="xs">A</Kbd>}
          aria-label={t("approve")}
          aria-keyshortcuts="A"
          onClick={approve}
        >
          {t("approve")}
        </Button>
        <Button
          color="red"
          variant="outline"
          size="xs"
          disabled={chosen.length === 0}
          leftSection={<IconX size={16} aria-hidden />}
          rightSection={<Kbd size="xs">R</Kbd>}
          aria-label={t("rejectAsk")}
          aria-keyshortcuts="R"
          onClick={reject}
        >
          {t("rejectAsk")}
        </Button>
      </Group>
      <Card withBorder padding={0} component="section" aria-label={t("filters.queue")}>
        <TableScroll minWidth={560}>
          <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={48}>
                  <Checkbox
                    aria-label={t("selectAll")}
                    checked={chosen.length === items.length}
                    indeterminate={chosen.length > 0 && chosen.length < items.length}
                    onChange={({ currentTarget: { checked } }) =>
                      setSelected(new Set(checked ? items.map(({ id }) => id) : []))
                    }
                  />
                </Table.Th>
                <Table.Th>{t("columns.item")}</Table.Th>
                <Table.Th w={130}>{t("columns.length")}</Table.Th>
                <Table.Th w={120}>{t("columns.confidence")}</Table.Th>
                <Table.Th w={150}>{t("columns.waiting")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => (
                <Row
                  key={item.id}
                  item={item}
                  queue={queue}
                  isSelected={selected.has(item.id)}
                  onToggle={() => toggle(item.id)}
                />
              ))}
            </Table.Tbody>
          </Table>
        </TableScroll>
        <LoadMore list={list} />
      </Card>
      <Suspense>
        {rejecting && (
          <RejectItems
            name={chosen.length === 1 ? (chosen[0]?.original_filename ?? null) : null}
            count={chosen.length}
            feedback=""
            onReject={(feedback) => act("rejected", feedback)}
            onClose={() => setRejecting(false)}
          />
        )}
      </Suspense>
    </>
  );
}

interface RowProps {
  readonly item: ReviewItem;
  readonly queue: Queue;
  readonly isSelected: boolean;
  readonly onToggle: () => void;
}

function Row({ item, queue: { project_id: id, kind, order }, isSelected, onToggle }: RowProps) {
  const { t } = useTranslation("review");
  const { percent } = useFormat();
  const length = useLength();
  const me = useMe();
  const { original_filename: name, confidence, processed_at, claimed_by_id } = item;
  return (
    <Table.Tr {...(isSelected && { bg: "var(--mantine-primary-color-light)" })}>
      <Table.Td>
        <Checkbox aria-label={t("select", { name })} checked={isSelected} onChange={onToggle} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs">
          <AnchorLink to="/project/review" search={{ id, kind, order, item: item.id }} size="sm" fw={550}>
            {name}
          </AnchorLink>
          {claimed_by_id === me.id && <Badge>{t("claim.yours")}</Badge>}
          {item.uploaded_by_id === me.id && <Badge color="gray">{t("own")}</Badge>}
        </Group>
      </Table.Td>
      <Table.Td>{length(item)}</Table.Td>
      <Table.Td>{confidence ? percent(confidence) : "–"}</Table.Td>
      <Table.Td>{processed_at ? <Time at={processed_at} /> : "–"}</Table.Td>
    </Table.Tr>
  );
}
