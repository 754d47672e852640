import { NativeSelect, type NativeSelectProps } from "@mantine/core";

interface Props extends Omit<NativeSelectProps, "data" | "value" | "onChange"> {
  readonly value: string;
  readonly data: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

/** A choice between known values in the browser's own list, which is lighter than `Select`. */
export function NativeSelectField({ data, onChange, ...props }: Props) {
  return (
    <NativeSelect
      data={data.map(({ value, label }) => ({ value, label }))}
      onChange={({ currentTarget: { value } }) => onChange(value)}
      {...props}
    />
  );
}
