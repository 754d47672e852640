import { type HotkeyItem, useHotkeys } from "@mantine/hooks";
import { useEffect, useSyncExternalStore } from "react";

/** A key or combination in Mantine's notation, such as `mod+K` or `shift+?`, and its effect. */
export interface Shortcut {
  readonly keys: string;
  readonly label: string;
  readonly run: (event: KeyboardEvent) => void;
}

/** The shortcuts under one heading of the help dialog. */
export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const SETTING = "alta-data.single-keys";
const listeners = new Set<() => void>();
let mounted: readonly ShortcutGroup[] = [];

/** Returns true if shortcuts of a single key work. They can be switched off (WCAG 2.2, 2.1.4). */
export function singleKeysWork(): boolean {
  return localStorage.getItem(SETTING) !== "off";
}

/** Switches shortcuts of a single key on or off, in this browser. */
export function switchSingleKeys(on: boolean): void {
  localStorage.setItem(SETTING, on ? "on" : "off");
}

/** The keys that an element uses itself. */
function usesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const own = target.closest("button, a, summary, [role=tab], [role=option]");
  return own !== null && [" ", "Enter"].includes(key);
}

function press(event: KeyboardEvent, { keys, run }: Shortcut): void {
  const isSingle = !/mod|ctrl|alt/i.test(keys);
  // A held key acts once. Behind a dialog, nothing acts.
  const isIgnored = isSingle && (event.repeat || !singleKeysWork() || usesKey(event.target, event.key));
  if (event.defaultPrevented || isIgnored || document.querySelector('[role="dialog"], [role="menu"]')) return;
  event.preventDefault();
  run(event);
}

function change(groups: readonly ShortcutGroup[]): void {
  mounted = groups;
  for (const listener of listeners) listener();
}

/**
 * Makes shortcuts work while the component is mounted, except while the user writes or a dialog is open, and lists them
 * in the help dialog.
 * The texts may change; the keys may not.
 */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  useHotkeys(
    shortcuts.map((shortcut): HotkeyItem => [
      shortcut.keys,
      (event) => press(event, shortcut),
      { preventDefault: false },
    ]),
  );
  const listed = JSON.stringify(shortcuts.map(({ keys, label }) => [keys, label]));
  useEffect(() => {
    const entries = JSON.parse(listed) as [string, string][];
    const group = { title, shortcuts: entries.map(([keys, label]) => ({ keys, label, run: () => undefined })) };
    change([...mounted, group]);
    return () => change(mounted.filter((other) => other !== group));
  }, [title, listed]);
}

/** Returns the groups of shortcuts that work now. */
export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => mounted,
  );
}
