document.addEventListener("DOMContentLoaded", () => {
  const list = ui("families");
  const section = list?.closest("section");
  const packed = ui("rest");
  const all = async () => {
    if (packed) await takeRest(list, packed);
    ageing();
    if (!list) return;
    const rows = [...list.children];
    controls(list, rows);
    drawing(rows, section);
    pointing(list);
  };
  // What is in view is drawn first, unless something else was asked for.
  if (!packed || location.hash) {
    all();
    return;
  }
  // A row and what is above the first leave room for no more.
  for (const row of [...list.children].slice(0, Math.ceil(innerHeight / 160))) draw(row, section);
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(all)));
});
