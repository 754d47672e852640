import { Skeleton, Stack } from "@mantine/core";

/** Takes the place of a page while it loads. */
export function PageSkeleton() {
  return (
    <Stack aria-hidden gap="lg">
      <Skeleton height={28} width={220} />
      <RowsSkeleton />
    </Stack>
  );
}

/** Takes the place of a list's rows while they load. */
export function RowsSkeleton({ rows = 6 }: { readonly rows?: number }) {
  return (
    <Stack aria-hidden gap="xs">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={44} />
      ))}
    </Stack>
  );
}
