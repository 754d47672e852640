import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

/** The properties of a component that renders an `<a>`. */
export type AsAnchor<Props> = Props & Omit<ComponentPropsWithRef<"a">, keyof Props>;

/** A link to a route. */
export const AnchorLink = createLink((props: AsAnchor<AnchorProps>) => <Anchor {...props} />);

/** A link to a route that looks like a button. */
export const ButtonLink = createLink((props: AsAnchor<ButtonProps>) => <Button component="a" {...props} />);
