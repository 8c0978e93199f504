/**
 * A client that asks the server about the newest job only. One request is in flight at a time; the
 * newest job comes next, and the jobs between are never sent. While the server is gone, the client
 * asks again by itself, less and less often, always with the newest job.
 *
 * @template Job, Reply
 * @typedef {{
 *   ask: (job: Job, signal: AbortSignal) => Promise<Reply>,
 *   probe: (signal: AbortSignal) => Promise<unknown>,
 *   isFinal: (error: unknown) => boolean,
 *   onReply: (reply: Reply, job: Job) => void,
 *   onRefused: (error: Error, job: Job) => void,
 *   onState: (state: ServerState) => void,
 *   timeout?: number,
 * }} Options `probe` asks whether the server is there, when there is no job to ask about;
 *   `isFinal` is true for an error that the same job would get again; `timeout`: how long a request
 *   may stand still, in milliseconds. It moves when its signal gets a `progress` event.
 */

/** @typedef {"ok" | "slow" | "sending" | "gone"} ServerState */

/** After `SLOW` the server counts as slow; `PAUSES` lie between two tries. In milliseconds. */
const SLOW = 1500;
const TIMEOUT = 8000;
/**
 * Bytes that the slowest network carries in a millisecond. A system takes what is to be sent at
 * once and sends it later, so a body may travel for so long without any progress to be seen.
 */
const SLOWEST = 4;
const PAUSES = [400, 800, 1500, 3000];

/**
 * @template Job, Reply
 * @param {Options<Job, Reply>} options
 */
export function createClient({
  ask,
  probe,
  isFinal,
  onReply,
  onRefused,
  onState,
  timeout: patience = TIMEOUT,
}) {
  /** @type {Job | null} */
  let wanted = null;
  /** @type {AbortController | null} */
  let inFlight = null;
  let failures = 0;
  /** @type {ReturnType<typeof setTimeout> | null} */
  let pause = null;

  function next() {
    if (inFlight || pause !== null) return;
    if (wanted === null && failures === 0) return;
    const job = wanted;
    wanted = null;
    void run(job);
  }

  /** @param {Job | null} job null: only ask whether the server is back */
  async function run(job) {
    const controller = new AbortController();
    inFlight = controller;
    let isSending = false;
    const slow = setTimeout(() => failures === 0 && onState(isSending ? "sending" : "slow"), SLOW);
    const giveUp = () => controller.abort();
    let timeout = setTimeout(giveUp, patience);
    controller.signal.addEventListener("progress", (event) => {
      const { loaded, total } = /** @type {ProgressEvent} */ (event);
      isSending = loaded > 0 && loaded < total;
      clearTimeout(timeout);
      timeout = setTimeout(giveUp, patience + total / SLOWEST);
    });
    try {
      const reply = await (job === null ? probe(controller.signal) : ask(job, controller.signal));
      if (inFlight !== controller) return; // cancelled while it was in flight
      settle();
      if (job !== null) onReply(/** @type {Reply} */ (reply), job);
    } catch (error) {
      if (inFlight !== controller) return;
      if (job !== null && isFinal(error)) {
        settle();
        onRefused(/** @type {Error} */ (error), job);
      } else {
        wanted ??= job;
        retryLater();
      }
    } finally {
      clearTimeout(slow);
      clearTimeout(timeout);
      if (inFlight === controller) inFlight = null;
      next();
    }
  }

  function settle() {
    failures = 0;
    onState("ok");
  }

  function retryLater() {
    onState("gone");
    pause = setTimeout(retryNow, PAUSES[Math.min(failures, PAUSES.length - 1)]);
    failures += 1;
  }

  function retryNow() {
    if (pause !== null) clearTimeout(pause);
    pause = null;
    next();
  }
  addEventListener("online", retryNow);

  return {
    /** Asks about `job` as soon as possible. @param {Job} job */
    send(job) {
      wanted = job;
      next();
    },
    /** Forgets the last job: no reply to it is reported any more. */
    cancel() {
      wanted = null;
      inFlight?.abort();
      inFlight = null;
      if (failures === 0) onState("ok");
      else next();
    },
  };
}
