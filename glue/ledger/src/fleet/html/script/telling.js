// What is said of an image when it is pointed at.
const element = (name, kind, ...children) => {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
};
// To make one takes longer than all else before the first row is there.
let format = null;
const date = (time) => {
  format ??= new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
  return format.format(time);
};

const counted = (name, counts, image) => {
  if (!counts) return image.findings ? [element("p", "counts", element("span", "label", name), element("span", "bad", "not looked for"))] : [];
  const figures = SEVERITIES.map((severity, number) =>
    element("b", `sev-${severity}${counts[number] === 0 ? " zero" : ""}`, `${counts[number]}`, element("span", "hidden-label", ` ${severity}`)));
  return [element("p", "counts", element("span", "label", name), element("span", "figures", ...figures))];
};

const told = ({ images, older }, number) => {
  const image = images[number];
  const faint = (...text) => element("p", "faint", ...text);
  const lines = [element("p", "head", image.name || image.ami)];
  if (image.name) lines.push(faint(image.ami));
  lines.push(faint(`${date(image.at * 1000)} UTC \u00b7 ${number + 1 + older} of ${images.length + older}`));
  if (image.status !== "assessed") lines.push(element("p", "bad", image.status, image.reason ? `: ${image.reason}` : ""));
  if (image.score !== null) {
    const before = images.slice(0, number).findLast(({ score }) => score !== null);
    const moved = before && image.breaks.length === 0 ? image.score - before.score : 0;
    const by = moved === 0 ? "" : ` (${moved > 0 ? "+" : "\u2212"}${Math.abs(moved)})`;
    lines.push(element("p", "", element("span", "label", "Score"), `${image.score}${by}`));
    if (image.breaks.length > 0) lines.push(element("p", "bad", `Does not compare with the one before: ${image.breaks.join("; ")}`));
  } else if (image.findings) {
    lines.push(element("p", "", element("span", "label", "Score"), element("span", "bad", "none")));
  }
  lines.push(...counted("Findings", image.findings, image), ...counted("Vulnerabilities", image.vulnerabilities, image));
  return lines;
};
