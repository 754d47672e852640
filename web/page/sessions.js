// The reader's sessions, one for each sign-in: listed and ended.
import { device } from "./device.js";
import { button, element, moment } from "./element.js";
import { bodyOf, onClick, onSubmit } from "./form.js";
import { pagedList } from "./list.js";
import { asOwner } from "./owner.js";

const section = document.querySelector("#sessions");

function entry({ id, created_at, last_used_at, ip_address, user_agent, current }) {
  const name = device(user_agent);
  const where = ip_address ? `, from ${ip_address}` : "";
  const told = element("div", {},
    element("strong", {}, name), current ? " – this session" : "",
    element("p", { className: "fine" }, "Opened ", moment(created_at), where),
    element("p", { className: "fine" }, "Last used ", moment(last_used_at)));
  if (current) return element("li", {}, told);

  const end = button("End", `the session with ${name}`);
  onClick(end, async () => {
    const answer = await asOwner("DELETE", `/users/me/sessions/${id}`);
    // One that ended meanwhile is what was wanted.
    if (answer.status !== 404) bodyOf(answer);
    await loadSessions();
    return "The session is ended.";
  });
  return element("li", {}, told, element("div", { className: "buttons" }, end));
}

export const loadSessions = pagedList(section, "/users/me/sessions", entry);

onSubmit(document.querySelector("#end-others"), async () => {
  bodyOf(await asOwner("DELETE", "/users/me/sessions"));
  await loadSessions();
  return "Every other session is ended.";
});
