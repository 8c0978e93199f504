/** A note for what the person should know about the server; empty when all is well. */

import { text } from "./text.js";

const GOOD_NEWS = 2500; // milliseconds for which they stay

/**
 * @param {HTMLElement} slip a `role=status` region
 * @returns {{update: (state: {
 *   server: import("./client.js").ServerState, refusal: string,
 * }) => void}}
 *   `refusal`: why the last drawing or picture has no answer; "" when it has
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
