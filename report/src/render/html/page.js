"use strict";
(() => {
  const ui = (name) => document.querySelector(`[data-ui="${name}"]`);

  // Every word of `words` is in `text`.
  const matches = (text, words) => words.every((word) => text.includes(word));
  const wordsOf = (input) => input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const show = (element, shown) => {
    if (element.hidden === shown) element.hidden = !shown;
  };

  // A list that is filtered by severity, choice and words: the findings, or the vulnerabilities. A row has
  // parts (the places of a finding, the CVEs of a package), which are shown and counted one by one.
  const filtered = (name) => {
    const section = document.getElementById(name);
    const list = section.querySelector("ol.findings");
    if (!list) return { reveal() {} };
    const own = (what) => section.querySelector(`[data-ui="${what}"]`);
    const search = own("search");
    const choices = [...section.querySelectorAll("select")];
    const card = document.querySelector(`.severities[data-list="${name}"]`);
    const bars = [...card.querySelectorAll("button")];
    const severities = new Set();

    // Read once: a row has what its parts share, and each part what is its own.
    const rows = [...list.children].map((row) => {
      const parts = [...row.querySelectorAll(".subject, .cves > li")].map((element) => {
        const repair = element.closest(".repair");
        return {
          element,
          text: `${repair ? repair.firstElementChild.textContent : ""}\n${element.textContent}`.toLowerCase(),
          data: { ...row.dataset, ...repair?.dataset, ...element.dataset },
          count: Number(element.dataset.n ?? 1),
        };
      });
      const shared = [...row.querySelectorAll("summary, .body > .note, .body > .remediation, .body > .references")]
        .map((element) => element.textContent.toLowerCase())
        .join("\n");
      return { row, parts, shared };
    });

    const filter = () => {
      const words = wordsOf(search);
      const wanted = (data) =>
        (severities.size === 0 || severities.has(data.severity)) &&
        choices.every(({ value, dataset }) => value === "" || value === `=${data[dataset.ui]}`);
      let shown = 0;
      for (const { row, parts, shared } of rows) {
        const all = matches(shared, words);
        let here = 0;
        for (const { element, text, data, count } of parts) {
          const fits = wanted(data) && (all || matches(`${shared}\n${text}`, words));
          show(element, fits);
          if (fits) here += count;
        }
        show(row, here > 0);
        shown += here;
      }
      own("shown").textContent = String(shown);
      show(own("none"), shown === 0);
      show(own("clear"), severities.size > 0 || words.length > 0 || choices.some(({ value }) => value !== ""));
      card.classList.toggle("filtered", severities.size > 0);
    };

    const press = (bar) => bar.setAttribute("aria-pressed", String(severities.has(bar.dataset.severity)));
    const reset = () => {
      search.value = "";
      for (const choice of choices) choice.value = "";
      severities.clear();
      bars.forEach(press);
      filter();
    };

    for (const bar of bars) {
      bar.addEventListener("click", () => {
        const { severity } = bar.dataset;
        if (!severities.delete(severity)) severities.add(severity);
        press(bar);
        filter();
      });
    }
    search.addEventListener("input", filter);
    search.addEventListener("keydown", (event) => { if (event.key === "Escape") reset(); });
    for (const choice of choices) choice.addEventListener("change", filter);
    own("clear").addEventListener("click", () => { reset(); search.focus(); });
    own("reset").addEventListener("click", () => { reset(); search.focus(); });

    const unfold = own("unfold");
    unfold.addEventListener("click", () => {
      const open = unfold.getAttribute("aria-pressed") !== "true";
      unfold.setAttribute("aria-pressed", String(open));
      unfold.textContent = open ? "Fold all" : "Unfold all";
      for (const { row } of rows) row.firstElementChild.open = open;
    });

    // The browser may have kept what was typed before a reload.
    filter();

    return {
      search,
      // Shows a place in the list, whatever is filtered out.
      reveal(element) {
        if (list.contains(element) && element.closest("[hidden]")) reset();
      },
    };
  };

  // `/` searches the first list that there is.
  const slash = (lists) => {
    const search = lists.find((list) => list.search)?.search;
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, select, textarea");
      if (search && event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    });
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

  // Opens what the address names after `#`: a check's id, a fingerprint or a CVE.
  const permalinks = (lists) => {
    const follow = () => {
      const place = document.getElementById(location.hash.slice(1));
      if (!place) return;
      for (const list of lists) list.reveal(place);
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
    const lists = ["findings", "vulnerabilities"].map(filtered);
    slash(lists);
    packages();
    permalinks(lists);
    printing();
  });
})();
