// A row's three plots, as paths.
const sum = (counts) => counts.reduce((all, one) => all + one, 0);
const round = (number) => Math.round(number * 100) / 100;

// The score: a line for each run of scores that compare.
const scores = ({ images, at }, low, high) => {
  const y = (score) => round(44 - ((score - low) / Math.max(1, high - low)) * 38);
  const runs = [];
  let breaks = "", fails = "", unknown = "";
  images.forEach(({ score, breaks: reasons, failed }, number) => {
    const x = round(at(number));
    if (score === null) {
      runs.push([]);
      if (failed) fails += `M${x - 2} 40l4 5m0 -5l-4 5`;
      else unknown += `M${x} 44h.01`;
      return;
    }
    if (reasons.length > 0) {
      runs.push([]);
      const between = round((at(number - 1) + at(number)) / 2);
      breaks += `M${between} 2V46`;
    }
    if (runs.length === 0) runs.push([]);
    runs.at(-1).push(`${x} ${y(score)}`);
  });
  const all = runs.filter((run) => run.length > 0);
  const x = (point) => point.split(" ")[0];
  const last = images.at(-1);
  const now = last.score === null ? "" : `M${round(at(images.length - 1))} ${y(last.score)}h.01`;
  return [
    ["floor", `M0 47.5H${WIDTH}`],
    ["area", all.filter((run) => run.length > 1).map((run) => `M${x(run[0])} 47L${run.join("L")}L${x(run.at(-1))} 47z`).join("")],
    ["break", breaks],
    ["line", all.filter((run) => run.length > 1).map((run) => `M${run.join("L")}`).join("")],
    ["dots", all.filter((run) => run.length === 1).map((run) => `M${run[0]}h.01`).join("")],
    ["unknown", unknown], ["fail", fails], ["now halo", now], ["now", now],
  ];
};

// Counts: one bar an image, the worst at the bottom. What is there can be seen, however little it is.
const bars = ({ images, pitch, at }, what) => {
  const most = Math.max(1, ...images.map((image) => (image[what] ? sum(image[what]) : 0)));
  const wide = round(Math.max(1, pitch - Math.max(1, pitch * 0.22)));
  const past = SEVERITIES.map(() => ""), now = SEVERITIES.map(() => "");
  let unknown = "";
  images.forEach((image, number) => {
    const counts = image[what];
    const left = round(at(number) - wide / 2);
    if (!counts) {
      unknown += `M${round(at(number))} 45h.01`;
      return;
    }
    let y = HEIGHT - 1;
    counts.forEach((count, severity) => {
      if (count === 0) return;
      const height = Math.max(1.4, (count / most) * 42);
      const drawn = `M${left} ${round(y)}v${-round(height)}h${wide}v${round(height)}z`;
      if (number === images.length - 1) now[severity] += drawn;
      else past[severity] += drawn;
      y -= height;
    });
  });
  return [
    ["floor", `M0 47.5H${WIDTH}`],
    ["unknown", unknown],
    ...past.map((d, severity) => [`bars past sev-${SEVERITIES[severity]}`, d]),
    ...now.map((d, severity) => [`bars sev-${SEVERITIES[severity]}`, d]),
  ];
};

const SVG = "http://www.w3.org/2000/svg";
const shape = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const draw = (row, section) => {
  const family = familyOf(row);
  if (family.marks) return;
  const [score, findings, vulnerabilities] = row.querySelectorAll(".plot svg");
  const { low, high } = section.dataset;
  const fill = (svg, paths) => {
    svg.append(...paths.filter(([, d]) => d !== "").map(([kind, d]) => shape("path", { class: kind, d })));
    const mark = shape("rect", { class: "mark", y: 0, height: HEIGHT, width: round(family.pitch), visibility: "hidden" });
    svg.prepend(mark);
    return mark;
  };
  family.marks = [
    fill(score, scores(family, Number(low), Number(high))),
    fill(findings, bars(family, "findings")),
    fill(vulnerabilities, bars(family, "vulnerabilities")),
  ];
};

// Rows are drawn when they come near.
const drawing = (rows, section) => {
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        near.unobserve(target);
        draw(target, section);
      }
    }
  }, { rootMargin: "600px" });
  for (const row of rows) near.observe(row);
  addEventListener("beforeprint", () => rows.forEach((row) => draw(row, section)));
};
