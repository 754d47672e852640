// One project: what is in it, as it changes, and what is added to it.
import { bodyOf, onOpen, show } from "./form.js";
import { listItems } from "./items.js";
import { follow } from "./live.js";
import { asOwner } from "./owner.js";
import { offerRecording } from "./recorder.js";
import { projectUploads } from "./project-uploads.js";

const id = new URLSearchParams(location.search).get("id") ?? "";

function offerUploads() {
  const add = projectUploads(id);
  offerRecording(add);
  for (const section of ["#upload", "#record"]) document.querySelector(section).hidden = false;
}

onOpen(async () => {
  if (!id) return "This address names no project.";
  const { name, description, role } = bodyOf(await asOwner("GET", `/projects/${encodeURIComponent(id)}`));
  document.title = `${name} · Alta Data`;
  document.querySelector("#name").textContent = name;
  document.querySelector("#description").textContent = description ?? "";
  // Reviewers only review.
  if (role !== "reviewer") offerUploads();

  const { load, change } = listItems(id);
  const reload = () => load().catch(() => {});
  await follow(id, { onTransition: change, onGap: reload, onEnd: (why) => show(`This list changes no more: ${why}`) });
  await load();
  document.querySelector("#project").hidden = false;
  return "";
});
