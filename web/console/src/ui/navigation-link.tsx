import { NavLink, type NavLinkProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AsAnchor } from "./links";

/** A link to a route in the navigation. */
export const NavigationLink = createLink((props: AsAnchor<NavLinkProps>) => <NavLink component="a" {...props} />);
