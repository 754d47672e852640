import { Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { Logo } from "#/app/Logo";
import { ColorSchemeMenu, LanguageMenu } from "#/app/Preferences";
import classes from "./auth.module.css";

/** The frame of the pages before a sign-in. */
export default function AuthLayout() {
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <Logo />
        <div className={classes.tools}>
          <LanguageMenu />
          <ColorSchemeMenu />
        </div>
      </header>
      <main className={classes.card}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
