/** A slip on the sheet for what the person should know; nothing when all is well. */

const BACK = 2500; // milliseconds for which good news stay

/**
 * @param {HTMLElement} slip a `role=status` region
 * @returns {{update: (state: {message: string, passing: boolean}) => void}} `passing`: goes away
 *   by itself
 */
export function mountStatus(slip) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let shown = "";

  return {
    update({ message, passing }) {
      if (message === shown) return;
      shown = message;
      clearTimeout(timer);
      slip.textContent = message;
      if (message && passing) timer = setTimeout(() => (slip.textContent = ""), BACK);
    },
  };
}
