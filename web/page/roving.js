// Many things of one kind that are one stop of the Tab key: the arrow keys go from one to the next
// (https://www.w3.org/WAI/ARIA/apg/practices/keyboard-interface/#kbd_roving_tabindex).

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function roving(container) {
  let current = null;

  function moveTo(one) {
    if (current) current.tabIndex = -1;
    current = one;
    current.tabIndex = 0;
  }

  container.addEventListener("focusin", ({ target }) => {
    if (target.parentElement === container) moveTo(target);
  });
  container.addEventListener("keydown", (event) => {
    const next = STEPS[event.key] === 1 ? current?.nextElementSibling : current?.previousElementSibling;
    if (!STEPS[event.key] || !next) return;
    event.preventDefault();
    next.focus();
  });
  // Adds one more; the first can be reached.
  return (one) => {
    one.tabIndex = -1;
    container.append(one, " ");
    if (!current) moveTo(one);
  };
}
