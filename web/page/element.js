// Elements out of what the server says. Its text is only ever text: `append` makes no markup of it.

export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const FORMAT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

// A moment as the reader's clock shows it.
export function moment(instant) {
  return element("time", { dateTime: instant }, FORMAT.format(new Date(instant)));
}

// A button whose visible word is short; those who hear it alone hear what it is about.
export function button(word, about) {
  return element("button", { type: "button", ariaLabel: `${word} ${about}` }, word);
}
