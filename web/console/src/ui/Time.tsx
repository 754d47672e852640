import { useFormat } from "./format";

/** A time as `3 minutes ago`, with the date as its title. */
export function Time({ at }: { readonly at: string }) {
  const { dateTime, relative } = useFormat();
  return (
    <time dateTime={at} title={dateTime(at)}>
      {relative(at)}
    </time>
  );
}
