import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/** Returns the token of a link in a mail, and removes it from the address bar and the browser's history. */
export function useUrlToken(): string | undefined {
  const { token: given }: { token?: string | undefined } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [token] = useState(given);
  useEffect(() => {
    if (given !== undefined) void navigate({ to: ".", search: {}, replace: true });
  }, [given, navigate]);
  return token;
}
