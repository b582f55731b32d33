// Search, filter and order, kept in the address so that it can be shared.
const controls = (list, rows) => {
  const search = ui("search"), which = ui("show"), order = ui("sort");
  const tiles = [...document.querySelectorAll("[data-show]")];
  const texts = new Map();
  // Older images are found by their names and ids too.
  const textOf = (row) => {
    if (!texts.has(row)) {
      const images = familyOf(row).images.map(({ name, ami }) => `${name} ${ami}`);
      texts.set(row, [row.firstElementChild.textContent, ...images].join("\n").toLowerCase());
    }
    return texts.get(row);
  };
  const number = (row, name) => Number(row.dataset[name] ?? -1);
  const byName = (a, b) => a.dataset.name.localeCompare(b.dataset.name, "en");
  const worst = (row) => row.dataset.worst.split(" ").map(Number);
  const orders = {
    "": (a, b) => {
      const [x, y] = [worst(a), worst(b)];
      return y[0] - x[0] || y[1] - x[1] || y[2] - x[2];
    },
    // Those without a score come last.
    score: (a, b) => Number(a.dataset.score ?? 101) - Number(b.dataset.score ?? 101),
    newest: (a, b) => number(b, "newest") - number(a, "newest"),
    name: () => 0,
  };

  let ordered = "";
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = (which.value === "" || which.value in row.dataset) && (words.length === 0 || words.every((word) => textOf(row).includes(word)));
      show(row, fits);
      if (fits) shown += 1;
    }
    if (order.value !== ordered) {
      ordered = order.value;
      list.append(...[...rows].sort((a, b) => orders[ordered](a, b) || byName(a, b)));
    }
    ui("shown").textContent = String(shown);
    show(ui("none"), shown === 0);
    show(list, shown > 0);
    show(ui("clear"), words.length > 0 || which.value !== "" || order.value !== "");
    for (const tile of tiles) tile.setAttribute("aria-pressed", String(tile.dataset.show === which.value));
  };
  const keep = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (which.value) state.set("show", which.value);
    if (order.value) state.set("sort", order.value);
    // Some browsers allow a page opened from a file no history.
    try { history.replaceState(null, "", `#${state}`); } catch { /* then not */ }
    apply();
  };
  const follow = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const choose = (select, name) => {
      select.value = state.get(name) ?? "";
      if (select.selectedIndex < 0) select.value = "";
    };
    search.value = state.get("q") ?? "";
    choose(which, "show");
    choose(order, "sort");
    apply();
  };
  const reset = () => {
    search.value = which.value = order.value = "";
    keep();
  };

  search.addEventListener("input", keep);
  search.addEventListener("keydown", (event) => { if (event.key === "Escape") reset(); });
  which.addEventListener("change", keep);
  order.addEventListener("change", keep);
  ui("clear").addEventListener("click", () => { reset(); search.focus(); });
  ui("reset").addEventListener("click", () => { reset(); search.focus(); });
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      which.value = which.value === tile.dataset.show ? "" : tile.dataset.show;
      keep();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });
  addEventListener("hashchange", follow);
  // A reader may have typed before a large fleet was there, and browsers put back what was typed before.
  if (location.hash.length > 1) follow();
  else if (search.value || which.value || order.value) keep();
};
