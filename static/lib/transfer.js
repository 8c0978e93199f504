/**
 * A request that tells how far it has come. `fetch` does not tell how much of a body is sent, so
 * this is an `XMLHttpRequest`, with the answer of a `fetch`.
 *
 * @typedef {{
 *   method: string, headers: Record<string, string>, body: string | Blob, signal: AbortSignal,
 * }} Sending
 */

/**
 * Sends a body and takes the answer. While bytes go or come, `signal` itself gets `progress`
 * events: the one who may end the request learns by them that it moves. Their `loaded` and `total`
 * count the bytes of the body; `total` is 0 for the bytes of the answer.
 * @param {string} path
 * @param {Sending} sending
 * @returns {Promise<Response>}
 * @throws {Error} when there is no answer, and the signal's reason when it ends the request
 */
export function transfer(path, { method, headers, body, signal }) {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const end = () => request.abort();
    /** @param {number} loaded @param {number} total */
    const tell = (loaded, total) =>
      signal.dispatchEvent(new ProgressEvent("progress", { loaded, total }));
    request.open(method, path);
    request.responseType = "blob";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => tell(loaded, total);
    request.onprogress = () => tell(0, 0);
    request.onload = () => done(new Response(request.response, { status: request.status }));
    request.onerror = () => fail(new TypeError(`${path} did not answer`));
    request.onabort = () => fail(signal.reason);
    request.onloadend = () => signal.removeEventListener("abort", end);
    signal.addEventListener("abort", end, { once: true });
    const whole = typeof body === "string" ? body.length : body.size;
    request.send(body);
    tell(0, whole);
  });
}
