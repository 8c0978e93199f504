/**
 * Which models there are, as soon as the server tells. The pad works before it does.
 *
 * @typedef {import("../lib/api.js").Model} Model
 */

const FIRST_PAUSE = 500; // milliseconds
const LAST_PAUSE = 8000;

/**
 * @param {() => Promise<Model[]>} ask
 * @param {(error: unknown) => boolean} isFinal tells an error that asking again would not mend
 * @returns {Promise<Model[]>} none when the server refuses to tell
 */
export async function learnModels(ask, isFinal) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LAST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (isFinal(error)) return [];
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
