// Where the interface has an item: documents and voice samples are alike but for their paths and names.

const PATHS = { document: "/documents", voice: "/voice" };

export const kinds = Object.keys(PATHS);

export function collection(kind) {
  return PATHS[kind];
}

export function itemPath({ kind, id }) {
  return `${PATHS[kind]}/${encodeURIComponent(id)}`;
}

export function itemPage({ kind, id }) {
  return `/item?${new URLSearchParams({ kind, id })}`;
}

export function projectPage(id) {
  return `/project?${new URLSearchParams({ id })}`;
}

// Not `/review`, which is the interface's.
export function queuePage(projectId, more = {}) {
  return `/queue?${new URLSearchParams({ project_id: projectId, ...more })}`;
}

export function statisticsPage(projectId) {
  return `/statistics?${new URLSearchParams({ project_id: projectId })}`;
}

// An announcement's answer names what it announced.
export function announced({ document, voice_sample, upload }) {
  return { item: document ?? voice_sample, upload };
}
