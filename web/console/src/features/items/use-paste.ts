import { useEffect, useEffectEvent } from "react";
import { timestampedName } from "./file-name";

/** Receives the files that the user pastes into the page. */
export function usePastedFiles(isActive: boolean, onFiles: (files: readonly File[]) => void): void {
  const receive = useEffectEvent(onFiles);
  useEffect(() => {
    if (!isActive) return undefined;
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      receive(files.map(named));
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [isActive]);
}

// Browsers name each pasted image alike.
function named(file: File): File {
  const extension = /^image\.(\w+)$/.exec(file.name)?.[1];
  return extension ? new File([file], timestampedName("pasted", extension), { type: file.type }) : file;
}
