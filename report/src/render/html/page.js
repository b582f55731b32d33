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

  const ui = (name) => document.querySelector(`[data-ui="${name}"]`);

  const theme = () => {
    const systemDark = matchMedia("(prefers-color-scheme: dark)");
    ui("theme").addEventListener("click", () => {
      const now = root.dataset.theme ?? (systemDark.matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      remember(root.dataset.theme);
    });
  };

  // Every word of `words` is in `text`.
  const matches = (text, words) => words.every((word) => text.includes(word));
  const wordsOf = (input) => input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const show = (element, shown) => {
    if (element.hidden === shown) element.hidden = !shown;
  };

  const findings = () => {
    const list = ui("findings");
    if (!list) return { reveal() {} };
    const search = ui("search");
    const engine = ui("engine");
    const category = ui("category");
    const bars = [...document.querySelectorAll("button[data-severity]")];
    const severities = new Set();

    // Read once: a row has what its subjects share, and each subject what is its own.
    const rows = [...list.children].map((row) => {
      const subjects = [...row.querySelectorAll(".subject")].map((element) => ({
        element,
        text: element.textContent.toLowerCase(),
      }));
      const shared = [...row.querySelectorAll("summary, .body > .remediation, .body > .references")]
        .map((element) => element.textContent.toLowerCase())
        .join("\n");
      const { severity, engine, category } = row.dataset;
      return { row, subjects, shared, severity, engine, category };
    });

    const filter = () => {
      const words = wordsOf(search);
      let shown = 0;
      for (const { row, subjects, shared, ...own } of rows) {
        const wanted =
          (severities.size === 0 || severities.has(own.severity)) &&
          (engine.value === "" || engine.value === own.engine) &&
          (category.value === "" || category.value === own.category);
        let here = 0;
        if (wanted) {
          const all = matches(shared, words);
          for (const subject of subjects) {
            const fits = all || matches(`${shared}\n${subject.text}`, words);
            show(subject.element, fits);
            if (fits) here += 1;
          }
        }
        show(row, here > 0);
        shown += here;
      }
      ui("shown").textContent = String(shown);
      show(ui("none"), shown === 0);
      const filtered = severities.size > 0 || words.length > 0 || engine.value !== "" || category.value !== "";
      show(ui("clear"), filtered);
      root.classList.toggle("filtered", severities.size > 0);
    };

    const press = (bar) => bar.setAttribute("aria-pressed", String(severities.has(bar.dataset.severity)));
    const reset = () => {
      search.value = "";
      engine.value = "";
      category.value = "";
      severities.clear();
      bars.forEach(press);
      filter();
    };

    document.querySelector(".severities").addEventListener("click", (event) => {
      const bar = event.target.closest("button[data-severity]");
      if (!bar) return;
      const { severity } = bar.dataset;
      if (!severities.delete(severity)) severities.add(severity);
      press(bar);
      filter();
    });
    search.addEventListener("input", filter);
    engine.addEventListener("change", filter);
    category.addEventListener("change", filter);
    ui("clear").addEventListener("click", () => { reset(); search.focus(); });
    ui("reset").addEventListener("click", () => { reset(); search.focus(); });

    const unfold = ui("unfold");
    unfold.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-pressed") !== "true";
      unfold.setAttribute("aria-pressed", String(open));
      unfold.textContent = open ? "Fold all" : "Unfold all";
      for (const { row } of rows) row.firstElementChild.open = open;
    });

    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        search.focus();
        search.select();
      } else if (event.key === "Escape" && event.target === search) {
        reset();
      }
    });

    // The browser may have kept what was typed before a reload.
    filter();

    return {
      // Shows a place in the list, whatever is filtered out.
      reveal(element) {
        if (element.closest("[hidden]")) reset();
      },
    };
  };

  const packages = () => {
    const search = ui("package-search");
    if (!search) return;
    let rows;
    search.addEventListener("input", () => {
      rows ??= [...ui("packages").tBodies[0].rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
      const words = wordsOf(search);
      let shown = 0;
      for (const { row, text } of rows) {
        const fits = matches(text, words);
        show(row, fits);
        if (fits) shown += 1;
      }
      show(ui("no-package"), shown === 0);
    });
  };

  // Opens what the address names after `#`: a check's id or a fingerprint.
  const permalinks = (list) => {
    const follow = () => {
      const place = document.getElementById(location.hash.slice(1));
      if (!place) return;
      list.reveal(place);
      for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      place.scrollIntoView({ block: "start" });
    };
    addEventListener("hashchange", follow);
    // The same link clicked again changes no hash.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href^='#']");
      if (link && link.getAttribute("href") === location.hash) follow();
    });
    follow();
  };

  // On paper nothing can be unfolded.
  const printing = () => {
    let folded = [];
    addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll("details:not([open]):not(.appendix)")];
      for (const fold of folded) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of folded) fold.open = false;
      folded = [];
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    theme();
    const list = findings();
    packages();
    permalinks(list);
    printing();
  });
})();
