import { Menu, type MenuItemProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AsAnchor } from "./links";

/** A link to a route in a menu. */
export const MenuLink = createLink((props: AsAnchor<MenuItemProps>) => <Menu.Item component="a" {...props} />);
