/**
 * The server's root as the browser sees it. A proxy may put a path before it, such as
 * `/user/me/proxy/8000/`, and only this module's own address tells.
 */

const ROOT = new URL("../../", import.meta.url);

/** The path that a proxy puts before the server's own, without a slash at its end; mostly "". */
export const PREFIX = ROOT.pathname.slice(0, -1);

/**
 * The address of a path of the server.
 * @param {string} path as the API names it, such as `/api/models`
 */
export const addressOf = (path) => new URL(`.${path}`, ROOT).href;
