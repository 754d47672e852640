// A project's changes of state as they happen: nothing is asked twice.
//
// EventSource with a ticket, not fetch with the access token: the browser itself connects again, after the pause that
// the server names, and sends the id of the last event along; with fetch all of that, and taking the text apart, would
// be code of ours. The price is a secret in an address, and that is why tickets exist: one opens the events of one
// project and nothing else, ends with its session, and after an hour in any case. Then this gets another one.
import { asOwner } from "./owner.js";
import { sentence } from "./form.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
// Whoever waits for the stream goes on without it after so long.
const PATIENCE = 3000;

// Resolves when the stream is open, so that what is loaded afterwards misses nothing. `onTransition` gets each change;
// `onGap` hears that some may be missing; `onEnd` that there will be no more, and why.
export function follow(projectId, { onTransition, onGap, onEnd }) {
  let lastId = null;
  let pause = FIRST_PAUSE;
  let first = true;

  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE);

    function retry() {
      setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }

    async function open() {
      const answer = await asOwner("POST", "/events/tickets", { body: { project_id: projectId } }).catch(() => null);
      if (!answer || answer.status >= 500 || answer.status === 429) return retry();
      if (!answer.ok) return onEnd(sentence(answer));
      const query = new URLSearchParams({ project_id: projectId, ticket: answer.body.ticket });
      if (lastId) query.set("last_event_id", lastId);
      listen(new EventSource(`/events?${query}`));
    }

    function listen(source) {
      source.addEventListener("open", () => {
        pause = FIRST_PAUSE;
        // Where no event was seen there is nothing to resume from.
        if (!first && !lastId) onGap();
        first = false;
        resolve();
      }, { once: true });
      source.addEventListener("transition", ({ data, lastEventId }) => {
        lastId = lastEventId;
        onTransition(JSON.parse(data));
      });
      source.addEventListener("end", () => {
        source.close();
        onEnd("You may no longer see this project, or your session has ended.");
      });
      source.addEventListener("error", () => {
        // Otherwise the browser is connecting again. It gives up when it is refused: the ticket has ended.
        if (source.readyState === EventSource.CLOSED) retry();
      });
    }

    open();
  });
}
