// One project: what is in it, as it changes, and what is added to it.
import { offerExports } from "./exports.js";
import { bodyOf, onOpen, show } from "./form.js";
import { queuePage, statisticsPage } from "./item-paths.js";
import { listItems } from "./items.js";
import { follow } from "./live.js";
import { asOwner } from "./owner.js";
import { offerRecording } from "./recorder.js";
import { projectUploads } from "./project-uploads.js";

const asked = new URLSearchParams(location.search);
const id = asked.get("id") ?? "";

function offerUploads() {
  const add = projectUploads(id);
  offerRecording(add);
  for (const section of ["#upload", "#record"]) document.querySelector(section).hidden = false;
}

function link(to, page) {
  const shown = document.querySelector(to);
  shown.href = page;
  shown.hidden = false;
}

onOpen(async () => {
  if (!id) return "This address names no project.";
  const { name, description, role } = bodyOf(await asOwner("GET", `/projects/${encodeURIComponent(id)}`));
  document.title = `${name} · Alta Data`;
  document.querySelector("#name").textContent = name;
  document.querySelector("#description").textContent = description ?? "";
  // Reviewers only review.
  if (role !== "reviewer") offerUploads();
  if (role !== "contributor") link("#queue", queuePage(id));
  // A super admin, who has no role, may do what any may.
  const administers = role === "admin" || role === null;
  if (administers) link("#statistics", statisticsPage(id));

  const { load, change } = listItems(id);
  const reload = () => load().catch(() => {});
  await follow(id, { onTransition: change, onGap: reload, onEnd: (why) => show(`This list changes no more: ${why}`) });
  await load();
  document.querySelector("#project").hidden = false;
  if (administers) await offerExports(id, asked.get("export"));
  return "";
});
