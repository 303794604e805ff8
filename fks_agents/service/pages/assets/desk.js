// What the frame does in the browser itself: its menu, its theme, and leaving.
(() => {
  const csrf = async () => (await (await fetch("../v1/auth/me")).json()).csrf;
  const leave = () => location.assign("sign-in");
  const acts = {
    menu: (button) => {
      const isOpen = document.getElementById("pages").classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
    },
    theme: () => window.fksTheme.turn(),
    "sign-out": async () => {
      const headers = { "X-CSRF-Token": (await csrf()) ?? "" };
      await (await fetch("../v1/auth/logout", { method: "POST", headers })).text();
      leave();
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-desk]");
    if (button) acts[button.dataset.desk]?.(button);
  });
  // The library puts a list's options into an element without a role: who hears the page would not find them.
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      node.querySelectorAll?.("[role=listbox] > .q-virtual-scroll__content").forEach((box) => box.setAttribute("role", "group"));
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  // A session that has ended is not let in again: say so instead of trying for ever.
  const watch = () => {
    if (!window.socket) return void setTimeout(watch, 200);
    window.socket.on("connect_error", async () => {
      const answer = await fetch("../v1/auth/me").catch(() => null);
      if (answer?.status === 401) leave();
    });
  };
  watch();
  // An editor makes the part that is written into by itself: it gets its name here.
  const name = () => document.querySelectorAll("[data-label] .cm-content:not([aria-label])").forEach((content) => {
    content.setAttribute("aria-label", content.closest("[data-label]").dataset.label);
  });
  new MutationObserver(name).observe(document.documentElement, { childList: true, subtree: true });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("[data-unsaved]")) event.preventDefault();
  });
})();
