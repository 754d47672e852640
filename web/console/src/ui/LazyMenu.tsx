import {
  cloneElement,
  type ComponentType,
  lazy,
  type LazyExoticComponent,
  type ReactElement,
  Suspense,
  useState,
} from "react";

/** A menu, which opens when it is mounted. Its target is the button. */
export interface MenuContentProps {
  readonly button: ReactElement<object>;
}

interface LazyContent<Own extends object> {
  readonly load: () => Promise<unknown>;
  readonly Content: LazyExoticComponent<ComponentType<MenuContentProps & Own>>;
}

/** Returns a menu that is loaded when its button is used. `Own` are its properties beside the button. */
export function lazyMenu<Own extends object = object>(
  load: () => Promise<{ default: ComponentType<MenuContentProps & Own> }>,
): LazyContent<Own> {
  return { load, Content: lazy(load) };
}

interface Props<Own extends object> extends MenuContentProps {
  readonly menu: LazyContent<Own>;
  /** The properties of the menu beside the button. */
  readonly own: Own;
}

/** A button whose menu is loaded when the button is first used, which keeps menus out of the first load. */
export function LazyMenu<Own extends object>({ button, menu: { load, Content }, own }: Props<Own>) {
  const [used, setUsed] = useState(false);
  const closed = cloneElement(button, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setUsed(true),
    onFocus: () => void load(),
    onPointerEnter: () => void load(),
  } as object);
  return used ? (
    <Suspense fallback={closed}>
      <Content {...own} button={button} />
    </Suspense>
  ) : (
    closed
  );
}
