// Runs before anything is painted: the theme this browser chose, else the one it prefers.
(() => {
  const key = "fks-theme";
  const prefers = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const show = () => {
    const theme = chosen() ?? (prefers.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme === "dark" ? "dark" : "light";
    window.Quasar?.Dark.set(theme === "dark");
  };
  prefers.addEventListener("change", show);
  window.addEventListener("storage", (event) => { if (event.key === key) show(); });
  window.fksTheme = {
    isDark: () => document.documentElement.dataset.theme === "dark",
    turn: () => {
      try { localStorage.setItem(key, window.fksTheme.isDark() ? "light" : "dark"); } catch { return; }
      show();
    },
  };
  show();
})();
