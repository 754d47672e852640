import { lazy, type ReactNode, Suspense, useCallback, useRef, useState } from "react";
import { canceled, ReauthenticationContext } from "./reauthentication";

const IdentityDialog = lazy(() => import("./IdentityDialog"));

const noop = () => undefined;

/** Provides the function that asks the user to confirm their identity. */
export function ConfirmIdentity({ children }: { readonly children: ReactNode }) {
  const [asking, setAsking] = useState(false);
  const answer = useRef<{ confirm: () => void; cancel: () => void }>({ confirm: noop, cancel: noop });
  const prompt = useCallback(
    () =>
      new Promise<void>((resolve, reject) => {
        answer.current = { confirm: resolve, cancel: () => reject(canceled()) };
        setAsking(true);
      }),
    [],
  );
  const close = (isConfirmed: boolean) => {
    setAsking(false);
    if (isConfirmed) answer.current.confirm();
    else answer.current.cancel();
  };
  return (
    <ReauthenticationContext value={prompt}>
      {children}
      <Suspense>{asking && <IdentityDialog onConfirmed={() => close(true)} onCancel={() => close(false)} />}</Suspense>
    </ReauthenticationContext>
  );
}
