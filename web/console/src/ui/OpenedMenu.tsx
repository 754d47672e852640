import { Menu, type MenuProps } from "@mantine/core";
import { cloneElement, type ReactElement, useLayoutEffect, useRef, useState } from "react";

interface Props extends Omit<MenuProps, "opened" | "onChange"> {
  readonly button: ReactElement<object>;
}

/** A menu that opens when it is mounted: see `LazyMenu`. */
export function OpenedMenu({ button, children, ...props }: Props) {
  const [opened, setOpened] = useState(true);
  const target = useRef<HTMLButtonElement>(null);
  // The focus returns to the button when the menu closes.
  useLayoutEffect(() => target.current?.focus(), []);
  return (
    <Menu opened={opened} onChange={setOpened} {...props}>
      <Menu.Target>{cloneElement(button, { ref: target } as object)}</Menu.Target>
      {children}
    </Menu>
  );
}
