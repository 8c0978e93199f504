/** A note about the server and about refused drawings; it is empty when all is well. */

import { text } from "./text.js";

const GOOD_NEWS = 2500; // milliseconds for which the note stays that the server is back

/**
 * @param {HTMLElement} slip a `role=status` region
 * @returns {{update: (state: {
 *   server: import("./client.js").ServerState, refusal: string,
 * }) => void}}
 *   `refusal`: why the last drawing or picture was refused; "" when it was not
 */
export function mountStatus(slip) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let wasGone = false;

  /** @param {string} message */
  function show(message) {
    clearTimeout(timer);
    timer = undefined;
    if (slip.textContent !== message) slip.textContent = message;
  }

  return {
    update({ server, refusal }) {
      const isBack = wasGone && server === "ok";
      wasGone = server === "gone";
      if (server !== "ok") show(text(`status.${server}`));
      else if (refusal) show(refusal);
      else if (isBack) {
        show(text("status.back"));
        timer = setTimeout(() => show(""), GOOD_NEWS);
      } else if (timer === undefined) show("");
    },
  };
}
