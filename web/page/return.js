// Where somebody was when their session ended: they can go on there.

const KEY = "alta-return";

export function keepReturn() {
  sessionStorage.setItem(KEY, location.pathname + location.search);
}

export function keptReturn() {
  return sessionStorage.getItem(KEY);
}

export function dropReturn() {
  sessionStorage.removeItem(KEY);
}
