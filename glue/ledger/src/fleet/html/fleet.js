"use strict";
(() => {
  const STATUSES = ["assessed", "partial", "waiting", "assessing", "failed", "timed out", "unsupported"];
  const FAILED = new Set(["failed", "timed out", "unsupported"]);
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  // The plots' own units, see their viewBox; the widest that an image may be drawn.
  const WIDTH = 240, HEIGHT = 48, WIDEST = 13;
  // How long an image may be assessed before that is odd: four times the deadline unless said.
  const LONG = 2 * 60 * 60;

  const ui = (name) => document.querySelector(`[data-ui="${name}"]`);
  const show = (element, shown) => {
    if (element.hidden === shown) element.hidden = !shown;
  };

  // A family's images as src/fleet/html/data.rs writes them, read when they are first needed.
  const families = new WeakMap(), series = new WeakMap();
  const familyOf = (row) => {
    let family = families.get(row);
    if (!family) {
      const { p, b, o, i } = JSON.parse(series.get(row) ?? row.lastElementChild.textContent);
      const images = i.map(([name, ami, at, status, score = null, findings = null, vulnerabilities = null, breaks = [], link = null, reason = ""]) => {
        const stamp = () => new Date(at * 1000).toISOString().replace(/[-:]|\.000/g, "");
        return {
          name: name === null ? "" : p + name, ami, at, status: STATUSES[status], failed: FAILED.has(STATUSES[status]),
          score, findings, vulnerabilities, breaks, reason,
          link: () => (link === 1 ? `${b}${ami}/${stamp()}/report.html` : link),
        };
      });
      // Where an image stands: side by side up to the right edge, where the newest is.
      const pitch = Math.min(WIDEST, WIDTH / images.length);
      family = { row, images, older: o, pitch, at: (number) => WIDTH - (images.length - number - 0.5) * pitch };
      families.set(row, family);
    }
    return family;
  };

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

  // What there is to say of an image.
  const told = ({ images, older }, number) => {
    const image = images[number];
    const faint = (...text) => element("p", "faint", ...text);
    const lines = [element("p", "head", image.name || image.ami)];
    if (image.name) lines.push(faint(image.ami));
    lines.push(faint(`${date(image.at * 1000)} UTC · ${number + 1 + older} of ${images.length + older}`));
    if (image.status !== "assessed") lines.push(element("p", "bad", image.status, image.reason ? `: ${image.reason}` : ""));
    if (image.score !== null) {
      const before = images.slice(0, number).findLast(({ score }) => score !== null);
      const moved = before && image.breaks.length === 0 ? image.score - before.score : 0;
      const by = moved === 0 ? "" : ` (${moved > 0 ? "+" : "−"}${Math.abs(moved)})`;
      lines.push(element("p", "", element("span", "label", "Score"), `${image.score}${by}`));
      if (image.breaks.length > 0) lines.push(element("p", "bad", `Does not compare with the one before: ${image.breaks.join("; ")}`));
    } else if (image.findings) {
      lines.push(element("p", "", element("span", "label", "Score"), element("span", "bad", "none")));
    }
    lines.push(...counted("Findings", image.findings, image), ...counted("Vulnerabilities", image.vulnerabilities, image));
    return lines;
  };

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
        mark.setAttribute("x", round(family.at(number) - family.pitch / 2));
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

  // The page stays as it was written; what has aged since is told by the reader's clock.
  const ageing = () => {
    const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    const ago = (seconds) => {
      for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
        if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
      }
      return "just now";
    };
    const seconds = (time) => (Date.now() - Date.parse(time)) / 1000;
    const tell = () => {
      for (const one of document.querySelectorAll("[data-ago]")) one.textContent = ago(seconds(one.dataset.ago));
      for (const one of document.querySelectorAll("[data-since]")) one.classList.toggle("long", seconds(one.dataset.since) > LONG);
    };
    tell();
    setInterval(tell, 60_000);
  };

  // The families that were not there at once, see src/fleet/html/rest.rs.
  const takeRest = async (list, packed) => {
    try {
      const binary = atob(packed.textContent);
      const bytes = new Uint8Array(binary.length);
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
      const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      const lines = (await new Response(text).text()).split("\n");
      const parsed = document.createElement("template");
      parsed.innerHTML = lines.filter((_, number) => number % 2 === 0).join("");
      [...parsed.content.children].forEach((row, number) => series.set(row, lines[2 * number + 1]));
      list.append(parsed.content);
    } catch {
      // An older browser reads what is there without scripts.
      list.insertAdjacentHTML("afterend", ui("plain").textContent);
    }
    packed.remove();
  };

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
    for (const row of [...list.children].slice(0, 12)) draw(row, section);
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(all)));
  });
})();
