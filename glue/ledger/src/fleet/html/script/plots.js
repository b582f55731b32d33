// A row's three plots, as paths.
const sum = (counts) => counts.reduce((all, one) => all + one, 0);

// The score: a line for each run of scores that compare.
const scores = ({ images, at }, low, high) => {
  const y = (score) => Math.round(440 - ((score - low) / Math.max(1, high - low)) * 380);
  const runs = [];
  let breaks = "", fails = "", unknown = "";
  images.forEach(({ score, breaks: reasons, failed }, number) => {
    const x = Math.round(at(number));
    if (score === null) {
      runs.push([]);
      if (failed) fails += `M${x - 20} 400l40 50m0 -50l-40 50`;
      else unknown += `M${x} 440h.1`;
      return;
    }
    if (reasons.length > 0) {
      runs.push([]);
      const between = Math.round((at(number - 1) + at(number)) / 2);
      breaks += `M${between} 20V460`;
    }
    if (runs.length === 0) runs.push([]);
    runs.at(-1).push(`${x} ${y(score)}`);
  });
  const all = runs.filter((run) => run.length > 0);
  const x = (point) => point.split(" ")[0];
  const last = images.at(-1);
  const now = last.score === null ? "" : `M${Math.round(at(images.length - 1))} ${y(last.score)}h.1`;
  return [
    ["floor", `M0 475H${WIDTH}`],
    ["area", all.filter((run) => run.length > 1).map((run) => `M${x(run[0])} 470L${run.join("L")}L${x(run.at(-1))} 470z`).join("")],
    ["break", breaks],
    ["line", all.filter((run) => run.length > 1).map((run) => `M${run.join("L")}`).join("")],
    ["dots", all.filter((run) => run.length === 1).map((run) => `M${run[0]}h.1`).join("")],
    ["unknown", unknown], ["fail", fails], ["now halo", now], ["now", now],
  ];
};

// Counts: one bar an image, the worst at the bottom. What is there can be seen, however little it is.
const bars = ({ images, pitch, at }, what) => {
  const most = Math.max(1, ...images.map((image) => (image[what] ? sum(image[what]) : 0)));
  const wide = Math.round(Math.max(10, pitch - Math.max(10, pitch * 0.22)));
  const past = SEVERITIES.map(() => ""), now = SEVERITIES.map(() => "");
  let unknown = "";
  images.forEach((image, number) => {
    const counts = image[what];
    if (!counts) {
      unknown += `M${Math.round(at(number))} 450h.1`;
      return;
    }
    const left = Math.round(at(number) - wide / 2);
    const drawn = number === images.length - 1 ? now : past;
    let bottom = HEIGHT - 10;
    counts.forEach((count, severity) => {
      if (count === 0) return;
      const top = bottom - Math.max(14, Math.round((count / most) * 420));
      drawn[severity] += `M${left} ${top}h${wide}V${bottom}h${-wide}z`;
      bottom = top;
    });
  });
  return [
    ["floor", `M0 475H${WIDTH}`],
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
    const mark = shape("rect", { class: "mark", y: 0, height: HEIGHT, width: Math.round(family.pitch), visibility: "hidden" });
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
