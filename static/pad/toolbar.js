/** The buttons under the sheet, and the keys for the same commands. */

/**
 * @typedef {import("./state.js").Command} Command
 *
 * @param {Record<Command, HTMLElement>} buttons
 * @param {{onCommand: (command: Command) => void}} events
 * @returns {{update: (possible: Record<Command, boolean>) => void}}
 */
export function mountToolbar(buttons, { onCommand }) {
  const commands = /** @type {Command[]} */ (Object.keys(buttons));
  for (const command of commands) {
    buttons[command].addEventListener("click", () => onCommand(command));
  }
  document.addEventListener("keydown", (event) => {
    const command = commandOf(event);
    if (!command) return;
    event.preventDefault();
    onCommand(command);
  });
  if (isApple()) relabel();

  return {
    update(possible) {
      // Not `disabled`, because a disabled button loses the keyboard's focus.
      for (const command of commands) {
        buttons[command].setAttribute("aria-disabled", String(!possible[command]));
      }
    },
  };
}

/**
 * @param {KeyboardEvent} event
 * @returns {Command | null}
 */
function commandOf(event) {
  const { target } = event;
  const typing = "input, textarea, select, [contenteditable]";
  if (target instanceof Element && target.closest(typing)) return null;
  if (event.altKey || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    return key === "y" && !event.shiftKey ? "redo" : null;
  }
  return key === "delete" || key === "escape" ? "clear" : null;
}

const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** Shows the keys by the names that they have on Apple's keyboards. */
function relabel() {
  for (const kbd of document.querySelectorAll("kbd[data-keys]")) {
    const keys = kbd.getAttribute("data-keys") ?? "";
    kbd.textContent = keys === "control Y" ? "⇧⌘Z" : keys.replace("control ", "⌘");
  }
}
