"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // What the reader chose last; a page opened from a file may not be allowed to remember.
  const THEME = "hardtarget-theme";
  const remembered = () => {
    try { return localStorage.getItem(THEME); } catch { return null; }
  };
  const remember = (theme) => {
    try { localStorage.setItem(THEME, theme); } catch { /* then not */ }
  };
  const chosen = remembered();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const systemDark = matchMedia("(prefers-color-scheme: dark)");
    document.querySelector('[data-ui="theme"]').addEventListener("click", () => {
      const now = root.dataset.theme ?? (systemDark.matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
    });
  });
})();
