// Uploads a file straight to storage, as the interface announced it. It needs no page: any front end may take this
// module as it is. Cloud Storage's protocol: https://cloud.google.com/storage/docs/performing-resumable-uploads

// Storage keeps parts in multiples of 256 KiB. Larger parts need fewer requests; smaller ones lose less when one fails.
const CHUNK = 32 * 256 * 1024;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 32_000;
// Failures in a row, without a byte kept in between: some two minutes.
const MAX_FAILURES = 9;

export class UploadError extends Error {
  // `passing`: it may succeed when it is tried again. `anew`: the address or the session is good no longer, so have
  // `POST .../upload-url` announce another one.
  constructor(message, { passing = false, anew = false } = {}) {
    super(message);
    Object.assign(this, { passing, anew });
  }
}

// Resolves when storage has the whole file. `announced` is the `upload` of the interface's answer.
//
// `onProgress(bytes)` tells how much is there. `signal` breaks the upload off, for good or for a while: `onSession(uri)`
// names the session of a resumable one, which goes on, also after days, when it is given as `session`; `announced` is
// not needed then.
export async function upload(file, announced, { onProgress = () => {}, onSession = () => {}, session, signal, chunk = CHUNK } = {}) {
  if (!session && !announced.resumable) {
    await persistently(signal, () => sendWhole(file, announced, onProgress, signal));
    return;
  }
  let offset = null;
  if (!session) {
    session = await persistently(signal, () => start(announced, signal));
    if (!session) return;
    onSession(session);
    offset = 0;
  }
  await persistently(signal, async (progressed) => {
    // After an error only storage knows what it kept.
    offset ??= await ask(session, file, signal);
    while (offset !== DONE) {
      onProgress(offset);
      const before = offset;
      offset = null;
      offset = await sendPart(session, file, before, Math.min(before + chunk, file.size), onProgress, signal);
      if (offset !== DONE && offset <= before) throw new UploadError("Storage keeps nothing of what is sent.", { passing: true });
      progressed();
    }
  });
  onProgress(file.size);
}

const DONE = Symbol("done");

async function sendWhole(file, { method, url, headers }, onProgress, signal) {
  settle(await send(method, url, { headers, body: file, onProgress, signal }));
}

// The session's address; nothing when the file is there already.
async function start({ method, url, headers }, signal) {
  const answer = await send(method, url, { headers, signal });
  if (settle(answer) === DONE && answer.status !== 201) return null;
  return answer.header("location");
}

async function ask(session, file, signal) {
  return settle(await send("PUT", session, { headers: { "content-range": `bytes */${file.size}` }, signal }));
}

async function sendPart(session, file, from, to, onProgress, signal) {
  const headers = { "content-range": `bytes ${from}-${to - 1}/${file.size}` };
  const told = (bytes) => onProgress(from + bytes);
  return settle(await send("PUT", session, { headers, body: file.slice(from, to), onProgress: told, signal }));
}

// What an answer says: that all is there, or how many bytes are.
function settle({ status, header }) {
  // 412: an object is never overwritten, so an earlier try had arrived, and only its answer was lost.
  if ((status >= 200 && status < 300) || status === 412) return DONE;
  if (status === 308) {
    const last = header("range")?.match(/-(\d+)$/)?.[1];
    return last === undefined ? 0 : Number(last) + 1;
  }
  const passing = status === 408 || status === 429 || status >= 500;
  const anew = [400, 401, 403, 404, 410].includes(status);
  throw new UploadError(`Storage answered ${status}.`, { passing, anew });
}

// Tries again what may pass, after longer and longer pauses; whatever makes progress begins to count anew.
async function persistently(signal, run) {
  let failures = 0;
  for (;;) {
    try {
      return await run(() => (failures = 0));
    } catch (error) {
      failures += 1;
      if (!error.passing || failures > MAX_FAILURES) throw error;
      // Spread, so that many browsers do not come back at once.
      await sleep(Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE) * (0.5 + Math.random() / 2), signal);
    }
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

// XMLHttpRequest, since fetch does not tell how much of a body was sent.
function send(method, url, { headers = {}, body = null, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress) request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => resolve({ status: request.status, header: (name) => request.getResponseHeader(name) });
    request.onerror = () => reject(new UploadError("Storage cannot be reached.", { passing: true }));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.send(body);
  });
}
