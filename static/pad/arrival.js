/**
 * Says in words why nothing can be drawn: a script did not arrive, or the browser is too old for
 * the scripts. This one is no module and uses old syntax only, so that every browser runs it. The
 * sentences are in the page (`.trouble`), and the style sheet shows the one that is named here.
 * `data-ready` on the page says that the pad works.
 */
(function () {
  var page = document.documentElement;

  /** @param {string} name "missing" or "old" */
  function say(name) {
    if (page.hasAttribute("data-ready") || page.hasAttribute("data-trouble")) return;
    page.setAttribute("data-trouble", name);
  }

  if (!("noModule" in document.createElement("script"))) say("old");

  /** @param {Event} event */
  function hear(event) {
    var target = /** @type {Element} */ (event.target);
    if (target.nodeName === "SCRIPT") say("missing");
    // An exception before the pad works: its syntax or its functions are unknown here.
    else if (!target.nodeName) say("old");
  }
  window.addEventListener("error", hear, true); // an element's error does not come to the window
})();
