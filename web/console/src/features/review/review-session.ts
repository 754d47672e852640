import { isProblem, type Schema } from "@alta-data/client";
import { alta } from "#/api/alta";
import { queryClient } from "#/api/query-client";
import { claim, HeldClaim, release } from "./claim";
import { type ClaimLossReason, claimLossReason, type Decision, lastChange, send } from "./decision";
import { deleteDraft, type Draft, NO_DRAFT, readDraft, saveDraft } from "./drafts";
import { type Loaded, loadItem, type Queue, queueParams, type Verdict } from "./queries";

/** The time before a decision is sent, in which it can be undone, in milliseconds. */
const UNDO_TIME = 8000;

/** The content of the page. */
export type View =
  | { readonly kind: "loading" }
  | { readonly kind: "item"; readonly loaded: Loaded }
  /** `hasNew`: an item arrived since. */
  | { readonly kind: "empty"; readonly hasNew: boolean }
  | {
      readonly kind: "lost";
      readonly name: string;
      readonly lossReason: ClaimLossReason;
      readonly change: Schema<"HistoryEntry"> | null;
      readonly draft: Draft;
    }
  | { readonly kind: "failed"; readonly error: unknown };

/** The latest decision. It can be undone while it waits; later, an admin has to reopen the item. */
export interface Last {
  readonly decision: Decision;
  readonly state: "waiting" | "sending" | "sent";
}

/** A decision that was not saved. */
export interface Unsent {
  readonly decision: Decision;
  readonly reason: "lost" | "changed" | "failed";
  readonly lossReason: ClaimLossReason | null;
  readonly change: Schema<"HistoryEntry"> | null;
  readonly error: unknown;
}

export type Notice = "onlyOne" | "notAvailable" | "tooLate" | "changed" | "reopened" | "skipped";

export interface Snapshot {
  readonly view: View;
  readonly isBusy: boolean;
  readonly claimedUntil: number | null;
  readonly isIdle: boolean;
  readonly draft: Draft;
  /** False if the browser has no room for the draft. */
  readonly isDraftSaved: boolean;
  readonly last: Last | null;
  readonly unsent: readonly Unsent[];
  readonly tally: { readonly approved: number; readonly rejected: number };
  readonly notice: Notice | null;
}

interface Options {
  readonly queue: Queue;
  readonly userId: string;
  readonly mayReopen: boolean;
  /** Called with the id of the item that is shown, or null. */
  readonly onShow: (itemId: string | null) => void;
}

const START: Snapshot = {
  view: { kind: "loading" },
  isBusy: false,
  claimedUntil: null,
  isIdle: false,
  draft: NO_DRAFT,
  isDraftSaved: true,
  last: null,
  unsent: [],
  tally: { approved: 0, rejected: 0 },
  notice: null,
};

/** A reviewer's session: claims one item after the other, and sends the decisions. */
export class ReviewSession {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  #snapshot = START;
  #claim: HeldClaim | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();
  /** The items whose decisions wait or are being sent. They are still in the queue. */
  readonly #decided = new Set<string>();
  /** The items that were skipped in this round. */
  readonly #skipped = new Set<string>();
  /** True once the server gave the user an upload of their own. */
  #mayDecideOwn = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** Opens the wanted item, or else the next one, and returns a function that ends the session. */
  start(wanted?: string): () => void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("online", () => this.retry(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.visibilityState === "hidden") this.#sendWaiting(true);
      },
      { signal },
    );
    void this.#follow(signal);
    void this.#alone(async () => {
      if (wanted && (await this.#take(wanted))) return;
      await this.#takeNext();
      const { view } = this.#snapshot;
      if (wanted && !(view.kind === "item" && view.loaded.item.id === wanted)) this.#set({ notice: "notAvailable" });
    });
    return () => {
      this.#stop.abort();
      this.#leave();
    };
  }

  /** Takes the next item, or leaves the current one for later. */
  next(): void {
    const { view } = this.#snapshot;
    if (view.kind === "item") void this.#alone(() => this.#skip(view.loaded.item.id));
    else void this.#alone(() => this.#takeNext());
  }

  /** Decides on the current item, and takes the next one. */
  decide(verdict: Verdict): void {
    const { view, draft, isBusy, tally } = this.#snapshot;
    if (view.kind !== "item" || isBusy) return;
    const decision: Decision = { ...view.loaded, verdict, feedback: draft.feedback, corrected: draft.corrected };
    this.#sendWaiting();
    this.#decided.add(decision.item.id);
    this.#set({
      last: { decision, state: "waiting" },
      tally: { ...tally, [verdict]: tally[verdict] + 1 },
      notice: null,
    });
    this.#timer = setTimeout(() => this.#sendWaiting(), UNDO_TIME);
    this.#claim?.stopRenewing();
    void this.#alone(() => this.#takeNext());
  }

  /** Undoes the latest decision. */
  undo(): void {
    const { last, isBusy } = this.#snapshot;
    if (!last || isBusy) return;
    const { item } = last.decision;
    if (last.state === "waiting") {
      clearTimeout(this.#timer);
      this.#uncount(last.decision);
      this.#set({ last: null });
      void this.#alone(() => this.#goBackTo(item.id));
      return;
    }
    if (!this.#options.mayReopen) {
      this.#set({ notice: "tooLate" });
      return;
    }
    void this.#alone(async () => {
      await this.#sending;
      await alta.post("/review/{item_id}/reopen", { params: { path: { item_id: item.id } } });
      this.#uncount(last.decision);
      this.#set({ last: null });
      await this.#goBackTo(item.id);
    });
  }

  /** Renews the claim. */
  keep(): void {
    void this.#claim?.renew();
  }

  /** Records that the reviewer works, for example listens. */
  recordActivity(): void {
    this.#claim?.recordActivity();
  }

  /** Stores the draft of the reviewer. */
  write(draft: Partial<Draft>): void {
    const { view } = this.#snapshot;
    if (view.kind !== "item") return;
    const next = { ...this.#snapshot.draft, ...draft };
    this.#set({ draft: next, isDraftSaved: saveDraft(this.#options.userId, view.loaded.item.id, next) });
  }

  /** Sends the decisions again that could not be sent. */
  retry(): void {
    const { unsent } = this.#snapshot;
    for (const { decision, reason } of unsent) {
      if (reason !== "failed") continue;
      this.dismiss(decision.item.id);
      this.#decided.add(decision.item.id);
      this.#count(decision);
      this.#sending = this.#send(decision);
    }
  }

  /** Opens an item again whose decision was not saved. */
  reopen(itemId: string): void {
    void this.#alone(async () => {
      this.dismiss(itemId);
      await this.#goBackTo(itemId);
    });
  }

  /** Removes the notice about a decision that was not saved. */
  dismiss(itemId: string): void {
    this.#decided.delete(itemId);
    this.#set({ unsent: this.#snapshot.unsent.filter(({ decision }) => decision.item.id !== itemId) });
  }

  #set(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Runs one action at a time, so that a key that is pressed twice decides on one item. */
  async #alone(run: () => Promise<void>): Promise<void> {
    if (this.#snapshot.isBusy) return;
    this.#set({ isBusy: true });
    try {
      await run();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#show({ kind: "failed", error });
    } finally {
      this.#set({ isBusy: false });
    }
  }

  #show(view: View): void {
    this.#claim?.stopRenewing();
    this.#claim = null;
    this.#set({ view, claimedUntil: null, isIdle: false, draft: NO_DRAFT });
    this.#options.onShow(view.kind === "item" ? view.loaded.item.id : null);
  }

  async #open({ id, kind, claimed_until }: Schema<"ReviewItem">): Promise<void> {
    const loaded = await loadItem({ id, kind });
    // The reviewer left the page meanwhile.
    if (this.#stop.signal.aborted) return release(id, true);
    this.#show({ kind: "item", loaded });
    const until = Date.parse(claimed_until ?? "");
    this.#claim = new HeldClaim(id, until, {
      onRenewed: (claimedUntil) => this.#set({ claimedUntil, isIdle: false }),
      onIdle: () => this.#set({ isIdle: true }),
      onClaimLost: (error) => void this.#loseClaim(claimLossReason(error)),
    });
    this.#set({ claimedUntil: until, draft: readDraft(this.#options.userId, id) });
  }

  /** Claims one item. Returns false if it is not available. */
  async #take(itemId: string): Promise<boolean> {
    try {
      await this.#open(await claim(itemId));
      return true;
    } catch (error) {
      if (claimLossReason(error) || isProblem(error, "malformed", "invalid_fields")) return false;
      throw error;
    }
  }

  async #takeNext(): Promise<void> {
    const { queue, userId } = this.#options;
    if (this.#decided.size === 0 && this.#skipped.size === 0) {
      const item = await alta.post("/review/next", { params: { query: queueParams(queue) } });
      if (!item) {
        this.#show({ kind: "empty", hasNew: false });
        return;
      }
      this.#mayDecideOwn ||= item.uploaded_by_id === userId;
      return this.#open(item);
    }
    if (await this.#takeOther()) return;
    this.#skipped.clear();
    if (!(await this.#takeOther())) this.#show({ kind: "empty", hasNew: false });
  }

  /** Takes the first item of the queue that is neither decided nor skipped. */
  async #takeOther(): Promise<boolean> {
    const { queue, userId } = this.#options;
    for await (const { id, uploaded_by_id } of alta.list("/review", { params: { query: queueParams(queue) } })) {
      if (this.#decided.has(id) || this.#skipped.has(id)) continue;
      if (uploaded_by_id === userId && !this.#mayDecideOwn) continue;
      // Another reviewer may claim the item at this moment.
      if (await this.#take(id)) return true;
    }
    return false;
  }

  async #skip(itemId: string): Promise<void> {
    this.#skipped.add(itemId);
    let found = await this.#takeOther();
    if (!found) {
      this.#skipped.clear();
      this.#skipped.add(itemId);
      found = await this.#takeOther();
    }
    if (found) await release(itemId);
    this.#set({ notice: found ? "skipped" : "onlyOne" });
  }

  async #goBackTo(itemId: string): Promise<void> {
    const { view } = this.#snapshot;
    if (!(await this.#take(itemId))) {
      this.#set({ notice: "notAvailable" });
      return;
    }
    this.#set({ notice: "reopened" });
    if (view.kind === "item" && view.loaded.item.id !== itemId) await release(view.loaded.item.id);
  }

  /** Sends the decision that waits. */
  #sendWaiting(keepalive = false): void {
    const { last } = this.#snapshot;
    if (last?.state !== "waiting") return;
    clearTimeout(this.#timer);
    this.#sending = this.#send(last.decision, keepalive);
  }

  async #send(decision: Decision, keepalive = false): Promise<void> {
    const { id } = decision.item;
    const mark = (state: Last["state"]) => {
      if (this.#snapshot.last?.decision === decision) this.#set({ last: { decision, state } });
    };
    mark("sending");
    const outcome = await send(decision, this.#options.userId, keepalive);
    if (outcome.kind === "done") {
      deleteDraft(this.#options.userId, id);
      this.#decided.delete(id);
      mark("sent");
      for (const key of ["items", "item", "review", "analytics"]) {
        void queryClient.invalidateQueries({ queryKey: [key] });
      }
      return;
    }
    this.#uncount(decision);
    this.#decided.add(id);
    const lossReason = outcome.kind === "lost" ? outcome.lossReason : null;
    const change = lossReason === "decided" ? await lastChange(id) : null;
    const error = outcome.kind === "failed" ? outcome.error : null;
    this.#set({
      unsent: [...this.#snapshot.unsent, { decision, reason: outcome.kind, lossReason, change, error }],
      ...(this.#snapshot.last?.decision === decision && { last: null }),
    });
  }

  #count({ verdict }: Decision): void {
    const { tally } = this.#snapshot;
    this.#set({ tally: { ...tally, [verdict]: tally[verdict] + 1 } });
  }

  #uncount({ item, verdict }: Decision): void {
    const { tally } = this.#snapshot;
    this.#decided.delete(item.id);
    this.#set({ tally: { ...tally, [verdict]: tally[verdict] - 1 } });
  }

  /** Shows that the reviewer no longer holds the item. The text that they wrote stays, to be copied. */
  async #loseClaim(lossReason: ClaimLossReason | null): Promise<void> {
    const { view, draft } = this.#snapshot;
    if (view.kind !== "item" || !lossReason) return;
    const { item } = view.loaded;
    const change = lossReason === "decided" ? await lastChange(item.id) : null;
    this.#show({ kind: "lost", name: item.original_filename, lossReason, change, draft });
  }

  /** Follows the transitions of the project's items. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options;
    try {
      for await (const { item_id, kind, to } of alta.events(queue.project_id, { signal })) {
        const { view, isBusy } = this.#snapshot;
        const isNew = to === "pending_review" && (!queue.kind || queue.kind === kind);
        if (view.kind === "empty" && isNew) this.#set({ view: { kind: "empty", hasNew: true } });
        const isShown = view.kind === "item" && view.loaded.item.id === item_id;
        if (isShown && to !== "pending_review" && !isBusy && !this.#decided.has(item_id)) {
          await this.#loseClaim(
            to === "deleted" ? "gone" : to === "approved" || to === "rejected" ? "decided" : "notPending",
          );
        }
      }
    } catch {
      // Without events, the server refuses decisions that come too late.
    }
  }

  #leave(): void {
    this.#sendWaiting(true);
    const itemId = this.#claim?.itemId;
    this.#claim?.stopRenewing();
    this.#claim = null;
    if (itemId && !this.#decided.has(itemId)) void release(itemId, true);
  }
}
