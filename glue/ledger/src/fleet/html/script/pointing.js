// Pointing at an image, or stepping to it with the arrow keys, tells of it and makes it the link's aim.
const pointing = (list) => {
  const tip = ui("tip");
  let over = null;

  const aim = (family, link) => {
    if (family.history.localName !== "a") return;
    if (link) family.history.setAttribute("href", link);
    else family.history.removeAttribute("href");
  };
  const leave = () => {
    if (!over) return;
    for (const mark of over.marks) mark.setAttribute("visibility", "hidden");
    over.number = null;
    aim(over, over.home);
    over = null;
    show(tip, false);
  };
  const place = (family, mark) => {
    const at = mark.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(Math.max(12, at.left + at.width / 2 - width / 2), innerWidth - width - 12);
    const above = at.top - height - 10;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above > 8 ? above : at.bottom + 10)}px)`;
  };
  const point = (family, number, plot) => {
    if (over !== family) leave();
    if (over === family && family.number === number && family.plot === plot) return;
    over = family;
    const changed = family.number !== number;
    Object.assign(family, { number, plot });
    for (const mark of family.marks) {
      mark.setAttribute("x", Math.round(family.at(number) - family.pitch / 2));
      mark.setAttribute("visibility", "visible");
    }
    aim(family, family.images[number].link());
    if (changed) tip.replaceChildren(...told(family, number));
    show(tip, true);
    place(family, family.marks[plot]);
  };
  const known = (history) => {
    const family = familyOf(history.closest(".family"));
    if (family.history !== history) Object.assign(family, { history, home: history.getAttribute("href"), number: null });
    draw(family.row, list.closest("section"));
    return family;
  };

  const under = (event) => {
    const plot = event.target.closest?.(".plot");
    const history = plot?.closest("[data-ui=history]");
    if (!history || !list.contains(history)) return leave();
    const family = known(history);
    const svg = plot.querySelector("svg").getBoundingClientRect();
    const x = ((event.clientX - svg.left) / svg.width) * WIDTH;
    const last = family.images.length - 1;
    const number = Math.max(0, Math.min(last, last - Math.floor((WIDTH - x) / family.pitch)));
    point(family, number, [...history.children].indexOf(plot));
  };
  document.addEventListener("pointermove", under);
  document.addEventListener("pointerdown", under);
  addEventListener("scroll", () => {
    // What is stepped to by keys stays, and goes along.
    if (over && over.history === document.activeElement) place(over, over.marks[over.plot]);
    else leave();
  }, { passive: true });
  addEventListener("blur", leave);
  document.documentElement.addEventListener("pointerleave", leave);

  list.addEventListener("keydown", (event) => {
    const history = event.target.closest("[data-ui=history]");
    if (event.key === "Escape") return leave();
    if (!history) return;
    const family = known(history);
    const last = family.images.length - 1;
    const to = { ArrowLeft: (family.number ?? last + 1) - 1, ArrowRight: (family.number ?? last - 1) + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // A link that leads nowhere would lose the focus.
    history.tabIndex = 0;
    point(family, Math.max(0, Math.min(last, to)), 0);
  });
  list.addEventListener("focusout", leave);
};
