// Questions that a dialog puts before something is done.

// What a dialog returns that was answered.
export const SENT = "sent";

// Opens a dialog and answers with its form's fields, or null when the reader turns back. The button that sends
// the form has the value `sent`; Escape and the others have none.
export function ask(dialog) {
  const form = dialog.querySelector("form");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const closed = (event) => {
      // A dialog hears of its closing later. One that was opened again by then, and so returns nothing yet, must not
      // take it for its own.
      event.stopImmediatePropagation();
      resolve(dialog.returnValue === SENT ? Object.fromEntries(new FormData(form)) : null);
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}
