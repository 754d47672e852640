import { ActionIcon, Burger, Button, Kbd } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHelp, IconSearch } from "@tabler/icons-react";
import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "#/api/session";
import { useShortcuts } from "#/ui/shortcuts";
import { PageSkeleton } from "#/ui/skeletons";
import { BreadcrumbProvider, Breadcrumbs } from "./Breadcrumbs";
import { CurrentProjectProvider } from "./current-project";
import { EmailVerificationRequired } from "./EmailVerificationRequired";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { ColorSchemeMenu, LanguageMenu } from "./Preferences";
import classes from "./Shell.module.css";
import { UserMenu } from "./UserMenu";

const ShortcutHelp = lazy(() => import("#/ui/ShortcutHelp"));
const NavigationDrawer = lazy(() => import("./NavigationDrawer"));
const CommandMenu = lazy(() => import("./CommandMenu"));

/** Moves the focus to the heading of each new page, so that a screen reader reads it. */
function useFocusOnNavigation(): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onResolved", ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation) document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
      }),
    [router],
  );
}

/** The frame of all pages after a sign-in: navigation, breadcrumbs and the menus at the top. */
export default function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const [drawer, { toggle, close }] = useDisclosure();
  const [help, helpControl] = useDisclosure();
  const [commands, commandControl] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  useFocusOnNavigation();
  useShortcuts(t("shortcuts.everywhere"), [
    { keys: "mod+K", label: t("commands.open"), run: commandControl.open },
    { keys: "shift+?", label: t("shortcuts.open"), run: helpControl.open },
  ]);

  return (
    <CurrentProjectProvider>
      <BreadcrumbProvider>
        <a
          href="#main"
          className={classes.skip}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          {t("skipToContent")}
        </a>
        <div className={classes.shell}>
          <aside className={classes.side}>
            <div className={classes.brand}>
              <Logo />
            </div>
            <Navigation />
          </aside>
          <div className={classes.column}>
            <header className={classes.top}>
              <Burger
                opened={drawer}
                onClick={toggle}
                size="sm"
                className={classes.burger}
                aria-label={t("navigation.open")}
              />
              <Breadcrumbs />
              <div className={classes.tools}>
                <Button
                  variant="default"
                  size="xs"
                  c="dimmed"
                  className={classes.search}
                  leftSection={<IconSearch size={14} aria-hidden />}
                  rightSection={
                    <Kbd size="xs" aria-hidden>
                      {navigator.userAgent.includes("Mac") ? "⌘" : "Ctrl"} K
                    </Kbd>
                  }
                  onClick={commandControl.open}
                >
                  {t("commands.button")}
                </Button>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  className={classes.help}
                  aria-label={t("shortcuts.open")}
                  title={t("shortcuts.open")}
                  onClick={helpControl.open}
                >
                  <IconHelp size={18} stroke={1.6} aria-hidden />
                </ActionIcon>
                <LanguageMenu />
                <ColorSchemeMenu />
                <UserMenu />
              </div>
            </header>
            <main id="main" ref={main} tabIndex={-1} className={classes.main}>
              <Suspense fallback={<PageSkeleton />}>
                {me.is_verified ? <Outlet /> : <EmailVerificationRequired />}
              </Suspense>
            </main>
          </div>
        </div>
        <Suspense>
          {help && <ShortcutHelp opened onClose={helpControl.close} />}
          {drawer && <NavigationDrawer onClose={close} />}
          {commands && <CommandMenu onClose={commandControl.close} />}
        </Suspense>
      </BreadcrumbProvider>
    </CurrentProjectProvider>
  );
}
