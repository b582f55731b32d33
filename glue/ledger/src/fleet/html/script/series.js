// A family and its images, from the row and the data beside it.
const STATUSES = ["assessed", "partial", "waiting", "assessing", "failed", "timed out", "unsupported"];
const FAILED = new Set(["failed", "timed out", "unsupported"]);
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
// The plots' own units, see their viewBox: so small that all can be drawn in whole ones, which are quickly written
// and read. The widest that an image may be drawn.
const WIDTH = 2400, HEIGHT = 480, WIDEST = 130;

const ui = (name) => document.querySelector(`[data-ui="${name}"]`);
const show = (element, shown) => {
  if (element.hidden === shown) element.hidden = !shown;
};

// Each value is written as its difference from the last one that there was.
const values = (steps) => {
  let last = 0;
  return steps.map((step) => (step === null ? null : (last += step)));
};

// A family's images as src/fleet/html/data.rs writes them, read when they are first needed.
const families = new WeakMap(), series = new WeakMap();
const familyOf = (row) => {
  let family = families.get(row);
  if (!family) {
    const all = JSON.parse(series.get(row) ?? row.lastElementChild.textContent);
    const times = values(all.t), scores = values(all.i), findings = all.f.map(values), vulnerabilities = all.v.map(values);
    const counts = (columns, number) => (columns[0][number] === null ? null : columns.map((column) => column[number]));
    const images = all.a.split(",").map((rest, number) => {
      const ami = all.q + rest;
      const name = all.n[number], status = STATUSES[all.s[number]];
      const stamp = () => new Date(times[number] * 1000).toISOString().replace(/[-:]|\.000/g, "");
      return {
        name: name === null ? "" : all.p + name, ami: decodeURIComponent(ami), at: times[number], status, failed: FAILED.has(status),
        score: scores[number], findings: counts(findings, number), vulnerabilities: counts(vulnerabilities, number),
        breaks: all.x[number] ?? [], reason: all.r[number] ?? "",
        link: () => (number in all.l ? all.l[number] : `${all.b}${ami}/${stamp()}/report.html`),
      };
    });
    // Where an image stands: side by side up to the right edge, where the newest is.
    const pitch = Math.min(WIDEST, WIDTH / images.length);
    family = { row, images, older: all.o, pitch, at: (number) => WIDTH - (images.length - number - 0.5) * pitch };
    families.set(row, family);
  }
  return family;
};
