import { createRoute, redirect } from "@tanstack/react-router";
import { alta } from "#/api/alta";
import { lazyPage } from "#/app/lazy-page";
import { publicRoute } from "#/app/root-routes";
import { localPath, type RawSearch, text } from "#/app/search";

interface ReturnSearch {
  return_to?: string | undefined;
}

interface TokenSearch {
  token?: string | undefined;
}

const returnSearch = (search: RawSearch): ReturnSearch => ({ return_to: text(search.return_to) });
const tokenSearch = (search: RawSearch): TokenSearch => ({ token: text(search.token) });

/** A signed-in user has no use for these pages. */
async function leaveIfSignedIn({ search }: { search: ReturnSearch }): Promise<void> {
  if (await alta.session.restore().catch(() => false)) throw redirect({ href: localPath(search.return_to) });
}

export const signInRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/sign-in",
  validateSearch: returnSearch,
  beforeLoad: leaveIfSignedIn,
  component: lazyPage("auth", () => import("./SignInPage")),
});

export const signUpRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/sign-up",
  validateSearch: (search: RawSearch): ReturnSearch & { email?: string | undefined } => ({
    ...returnSearch(search),
    email: text(search.email),
  }),
  beforeLoad: leaveIfSignedIn,
  component: lazyPage("auth", () => import("./SignUpPage")),
});

export const verifyRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/verify-email",
  validateSearch: tokenSearch,
  component: lazyPage("auth", () => import("./VerifyEmailPage")),
});

export const forgotRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/forgot-password",
  component: lazyPage("auth", () => import("./ForgotPasswordPage")),
});

export const resetRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/reset-password",
  validateSearch: tokenSearch,
  component: lazyPage("auth", () => import("./ResetPasswordPage")),
});

export const invitationRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: "/invitation",
  validateSearch: tokenSearch,
  component: lazyPage("auth", () => import("./InvitationPage")),
});

export const authRoutes = [signInRoute, signUpRoute, verifyRoute, forgotRoute, resetRoute, invitationRoute] as const;
