// The projects of whoever is signed in: listed, opened, made. Its address is not `/projects`, which is the interface's.
import { element, moment } from "./element.js";
import { bodyOf, onOpen, onSubmit } from "./form.js";
import { projectPage } from "./item-paths.js";
import { pagedList } from "./list.js";
import { asOwner } from "./owner.js";

const form = document.querySelector("#create");
// A form that is sent twice, since its answer was lost, makes one project.
let key = crypto.randomUUID();

function entry({ id, name, description, role, created_at }) {
  if (role === "admin") document.querySelector("#statistics").hidden = false;
  return element("li", {},
    element("div", {},
      element("a", { href: projectPage(id) }, name),
      description ? element("p", {}, description) : "",
      element("p", { className: "fine" }, role ? `You are its ${role}; made ` : "Made ", moment(created_at))));
}

const load = pagedList(document.querySelector("#projects"), "/projects", entry);

form.addEventListener("input", () => (key = crypto.randomUUID()));
onSubmit(form, async ({ name, description, language }) => {
  const body = { name, description: description.trim() || null, language: language.trim() || null };
  const project = bodyOf(await asOwner("POST", "/projects", { body, headers: { "idempotency-key": key } }));
  key = crypto.randomUUID();
  form.reset();
  await load();
  return `The project ${project.name} is made.`;
});

onOpen(async () => {
  await load();
  document.querySelector("#shown").hidden = false;
});
