/** Tells password managers which account the password of a form belongs to. */
export function Username({ email }: { readonly email: string }) {
  return <input type="email" autoComplete="username" value={email} readOnly hidden />;
}
