// Opens the fleet pages that glue/ledger/tests/fleet_page.rs wrote, as a reader would: `node fleet.mjs DIR`.
// Prints what held, one line each; the first thing that does not hold ends it with status 1.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";

const [dir] = process.argv.slice(2);
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };
const SHOWN = "[data-ui=families] > li:not([hidden])";
// Seven minutes after the pages were written.
const NOW = Date.parse("2026-11-21T19:37:00Z");

const browser = await chromium.launch({
  executablePath: process.env.HARDTARGET_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

// Opens a page and, after `steps`, asserts that nothing complained and nothing was asked for.
async function open(name, steps, { hash = "", viewport = DESKTOP, now = NOW, before, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  if (before) await page.addInitScript(before);
  const url = pathToFileURL(path.join(dir, `${name}.html`)).href;
  const trouble = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { trouble.push("a dialogue"); dialog.dismiss(); });
  page.on("popup", () => trouble.push("a popup"));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) trouble.push(`request: ${request.url().slice(0, 200)}`);
  });
  await page.clock.setFixedTime(now);
  await page.goto(url + hash);
  // In a large fleet what is in view comes first.
  if (options.javaScriptEnabled !== false) await page.waitForFunction(() => !document.querySelector("[data-ui=rest]"));
  await steps(page);
  assert.deepEqual(trouble, [], `${name} is quiet`);
  assert.equal(await page.evaluate(() => window.pwned), undefined, `${name} runs nothing of a name`);
  await context.close();
}

const names = (page) => page.locator(`${SHOWN} h3`).allTextContents();
const family = (page, name) => page.locator("[data-ui=families] > li", { has: page.getByRole("heading", { name, exact: true }) });
const told = async (page) => Number(await page.locator("[data-ui=shown]").textContent());
const tip = (page) => page.locator("[data-ui=tip]");
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
// The lightness of an rgb() colour, 0 to 255.
const lightness = (color) => Math.max(...color.match(/\d+/g).slice(0, 3).map(Number));
const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
// The row is in view, drawn, and nothing scrolls any more (scrolling takes away what is told of an image).
const inView = async (row) => {
  await row.scrollIntoViewIfNeeded();
  await row.locator(".plot.findings path.bars").first().waitFor({ state: "attached" });
  await row.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
};

async function holds(what, test) {
  await test();
  console.log(`ok: ${what}`);
}

await holds("the tiles count what there is", () =>
  open("typical", async (page) => {
    const tiles = page.locator(".tiles");
    assert.match(await tiles.locator(".images").textContent(), /13 families269 images259 assessed/);
    const legend = await tiles.locator(".legend strong").allTextContents();
    assert.equal(legend.map(Number).reduce((all, one) => all + one), 269);
    assert.match(await tiles.locator(".oldest").textContent(), /web-20260823.*of web, failed.*90 days ago/s);
    assert.match(await page.locator(".when").textContent(), /21 November 2026, 19:30 UTC · 7 minutes ago/);
  }));

await holds("families are ordered by the worst, the score, the newest image and the name", () =>
  open("typical", async (page) => {
    assert.deepEqual((await names(page)).slice(0, 3), ["ci-runner", "k8s-node", "db-postgres"]);
    const order = page.locator("[data-ui=sort]");
    await order.selectOption({ label: "By name" });
    const sorted = await names(page);
    assert.deepEqual(sorted, [...sorted].sort());
    await order.selectOption({ label: "Lowest score first" });
    const scores = (await page.locator(`${SHOWN} .ring text`).allTextContents()).filter((score) => score !== "–").map(Number);
    assert.deepEqual(scores, [...scores].sort((a, b) => a - b));
    assert.equal((await names(page)).at(-1), "jump-windows", "without a score last");
    await order.selectOption({ label: "Newest image first" });
    assert.equal((await names(page))[0], "monitoring");
    await order.selectOption({ label: "Worst first" });
    assert.deepEqual((await names(page)).slice(0, 3), ["ci-runner", "k8s-node", "db-postgres"]);
  }));

await holds("words find families, reasons and older images, and what is shown is in the address", () =>
  open("typical", async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("K8S node");
    assert.deepEqual(await names(page), ["k8s-node"]);
    assert.equal(await told(page), 1);
    assert.match(page.url(), /#q=K8S\+node$/);
    await page.keyboard.press("Escape");
    assert.equal(await told(page), 13);
    await page.locator("[data-ui=search]").fill("console output");
    assert.deepEqual(await names(page), ["mail-relay"]);
    await page.locator("[data-ui=search]").fill("web-20260823");
    assert.deepEqual(await names(page), ["web"], "an image that is not the newest");
    await page.locator("[data-ui=search]").fill("no such words");
    assert.ok(await page.getByText("No family matches.").isVisible());
    await page.getByRole("button", { name: "Show all families" }).click();
    assert.equal(await told(page), 13);
  }));

await holds("failed and not assessed are filters, by the tiles too", () =>
  open("typical", async (page) => {
    await page.locator("[data-ui=show]").selectOption({ label: "Not assessed" });
    const waiting = await names(page);
    assert.ok(waiting.includes("monitoring") && waiting.includes("mail-relay") && !waiting.includes("jump-windows"), waiting.join());
    const tile = page.getByRole("button", { name: "Show them" });
    await tile.click();
    assert.equal(await tile.getAttribute("aria-pressed"), "true");
    assert.match(page.url(), /#show=failed$/);
    const failed = await names(page);
    assert.ok(failed.includes("jump-windows"), failed.join());
    const shown = await page.locator(SHOWN).evaluateAll((rows) => rows.every((row) => /failed|timed out|unsupported|could not be assessed/.test(row.querySelector(".who").textContent)));
    assert.ok(shown, "each says what failed");
    await tile.click();
    assert.equal(await told(page), 13);
  }));

await holds("an address brings its order, filter and words along, and nonsense brings nothing", async () => {
  await open("typical", async (page) => {
    assert.deepEqual(await page.locator("[data-ui=sort]").inputValue(), "name");
    assert.equal(await page.locator("[data-ui=search]").inputValue(), "k8s");
    assert.deepEqual(await names(page), ["k8s-control-plane", "k8s-node"]);
    await page.evaluate(() => { location.hash = "show=failed"; });
    await page.waitForFunction(() => document.querySelector("[data-ui=show]").value === "failed");
    assert.equal(await page.locator("[data-ui=search]").inputValue(), "");
  }, { hash: "#q=k8s&sort=name" });
  await open("typical", async (page) => {
    assert.equal(await told(page), 13);
  }, { hash: "#sort=%3Cimg%3E&show=toString" });
});

await holds("each image tells of itself where it is pointed at, and is where the link leads", () =>
  open("typical", async (page) => {
    const row = family(page, "web");
    await inView(row);
    const newest = await row.locator("h3 a").getAttribute("href");
    assert.match(newest, /^reports\/web\/ami-[0-9a-f]{17}\/20261121T\d{6}Z\/report\.html$/);
    const history = row.locator("[data-ui=history]");
    assert.equal(await history.getAttribute("href"), newest);
    const svg = await row.locator(".plot.findings svg").boundingBox();
    const seen = new Set();
    for (let x = 1; x < svg.width; x += 3) {
      await page.mouse.move(svg.x + x, svg.y + svg.height / 2);
      assert.ok(await tip(page).isVisible());
      const text = await tip(page).textContent();
      const href = await history.getAttribute("href");
      if (href === null) {
        assert.match(text, /failed: The instance ended/, "what has no report leads nowhere");
      } else {
        const [, ami, stamp] = href.match(/^reports\/web\/(ami-[0-9a-f]{17})\/(\d{8}T\d{6}Z)\/report\.html$/);
        assert.ok(text.includes(ami), text);
        assert.match(text, /Score\d+.*Findings.*critical.*Vulnerabilities/);
        assert.ok(text.includes(`${Number(stamp.slice(6, 8))} `), `${stamp} in ${text}`);
      }
      seen.add(text);
    }
    assert.equal(seen.size, 34, "every image of the family");
    assert.equal([...seen].filter((text) => text.includes("Does not compare with the one before: Lynis 3.0.8 against 3.1.4; out of 242 points against out of 251 points")).length, 1);
    assert.equal(await row.locator(".plot.score path.break").count(), 1);
    await page.mouse.move(5, 5);
    assert.ok(await tip(page).isHidden());
    assert.equal(await history.getAttribute("href"), newest);
  }));

await holds("the arrow keys step through the images, and the newest is where they begin", () =>
  open("typical", async (page) => {
    const row = family(page, "api");
    const history = row.locator("[data-ui=history]");
    await history.focus();
    await page.keyboard.press("ArrowLeft");
    assert.match(await tip(page).textContent(), /41 of 41/);
    await page.keyboard.press("ArrowLeft");
    assert.match(await tip(page).textContent(), /40 of 41/);
    await page.keyboard.press("Home");
    assert.match(await tip(page).textContent(), / 1 of 41/);
    await page.keyboard.press("ArrowRight");
    assert.match(await tip(page).textContent(), / 2 of 41/);
    assert.ok((await history.getAttribute("href")).includes((await tip(page).locator(".faint").first().textContent()).trim()));
    assert.ok(await history.evaluate((element) => element === document.activeElement), "the focus stays");
    await page.keyboard.press("Escape");
    assert.ok(await tip(page).isHidden());
  }));

await holds("what failed, is on its way, or was not looked for says so", async () => {
  await open("typical", async (page) => {
    assert.match(await family(page, "mail-relay").locator(".trouble").first().textContent(), /timed out No report arrived within 30 minutes/);
    assert.match(await family(page, "db-postgres").locator(".trouble").textContent(), /partial Lynis was stopped at its deadline/);
    assert.match(await family(page, "jump-windows").textContent(), /unsupported Windows: there is no agent for it\..*not looked at/s);
    assert.equal(await family(page, "jump-windows").locator("a").count(), 0, "nothing to open");
    assert.match(await family(page, "cache-redis").textContent(), /not looked for/);
    const assessing = family(page, "monitoring").locator(".status-assessing");
    assert.equal(await assessing.evaluate((chip) => chip.classList.contains("long")), false);
  });
  await open("typical", async (page) => {
    const assessing = family(page, "monitoring").locator(".status-assessing");
    assert.ok(await assessing.evaluate((chip) => chip.classList.contains("long")), "three hours are long");
    assert.match(await page.locator(".when").textContent(), /3 hours ago/);
  }, { now: NOW + 3 * 3_600_000 });
});

await holds("dark and light follow the system until the reader chooses", async () => {
  for (const [colorScheme, dark] of [["light", false], ["dark", true]]) {
    await open("typical", async (page) => {
      assert.equal(lightness(await background(page)) < 128, dark);
      await page.getByRole("button", { name: "Switch between dark and light" }).click();
      assert.equal(lightness(await background(page)) < 128, !dark);
    }, { colorScheme });
  }
});

await holds("every text has enough contrast in both themes", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await open("typical", async (page) => {
      await page.locator("[data-ui=history]").nth(1).hover();
      const faint = await page.evaluate(() => {
        const parse = (color) => color.match(/[\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const color = getComputedStyle(e).backgroundColor;
            if (color.startsWith("rgb") && (parse(color).length < 4 || parse(color)[3] === 1)) return parse(color);
          }
          return [255, 255, 255];
        };
        const bad = new Set();
        for (const element of document.querySelectorAll("body *")) {
          const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          if (!text || element.closest("svg, script")) continue;
          const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) bad.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
        }
        return [...bad];
      });
      assert.deepEqual(faint, [], colorScheme);
    }, { colorScheme });
  }
});

await holds("everything that can be operated has a name, and ids are unique", () =>
  open("typical", async (page) => {
    const problems = await page.evaluate(() => {
      const named = (element) => element.getAttribute("aria-label") || element.closest("label")?.textContent.trim() || element.textContent.trim();
      const nameless = [...document.querySelectorAll("a, button, input, select, [role=img]")].filter((element) => !named(element));
      const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
      const lost = [...document.querySelectorAll("[aria-labelledby]")].filter((element) => !document.getElementById(element.getAttribute("aria-labelledby")));
      return [...nameless.map(({ outerHTML }) => outerHTML), ...ids.filter((id, number) => ids.indexOf(id) !== number), ...lost.map(({ outerHTML }) => outerHTML)];
    });
    assert.deepEqual(problems, []);
    const label = await family(page, "ci-runner").locator("[data-ui=history]").getAttribute("aria-label");
    assert.match(label, /^ci-runner: newest report\. Findings: 4 critical, 24 high/);
  }));

await holds("nothing is wider than a phone", async () => {
  for (const name of ["typical", "empty", "one", "hostile"]) {
    await open(name, async (page) => {
      assert.equal(await overflow(page), 0, name);
    }, { viewport: PHONE });
  }
});

await holds("an empty fleet and one of a single image", async () => {
  await open("empty", async (page) => {
    assert.ok(await page.getByText("No image has been assessed yet").isVisible());
    assert.equal(await page.locator(".tile").count(), 0, "nothing is not good news");
  });
  await open("one", async (page) => {
    assert.match(await page.locator(".images").textContent(), /1 family1 image1 assessed/);
    await inView(page.locator(SHOWN));
    assert.equal(await page.locator(".plot.score path.now").count(), 2, "one point, with its halo");
    assert.equal(await page.locator(".plot.score path.line").count(), 0);
  });
});

await holds("without scripts every family is there with its newest figures", () =>
  open("typical", async (page) => {
    assert.equal(await page.locator("[data-ui=families] > li").count(), 13);
    const row = family(page, "k8s-node");
    assert.ok(await row.getByText("k8s-node-20261121").isVisible());
    assert.deepEqual(await row.locator(".findings b").allTextContents(), ["2", "12", "35", "55", "19"]);
    assert.match(await row.locator("h3 a").getAttribute("href"), /^reports\/k8s-node\/.*report\.html$/);
    for (const control of ["[data-ui=search]", "[data-ui=theme]"]) assert.ok(await page.locator(control).isHidden(), control);
    assert.ok(await page.getByRole("button", { name: "Show them" }).isHidden());
  }, { javaScriptEnabled: false }));

const FAR = "team-39-service-119";
const plainRow = (page) => page.locator(".plain tbody tr", { has: page.getByRole("link", { name: FAR, exact: true }) });

await holds("without scripts all of a large fleet are there", () =>
  open("large", async (page) => {
    assert.equal(await page.locator("[data-ui=families] > li, .plain tbody tr").count(), 500);
    const cells = await plainRow(page).getByRole("cell").allTextContents();
    assert.equal(cells[1], `${FAR}-20261120`);
    assert.equal(cells.length, 13);
    for (const figure of cells.slice(2)) assert.match(figure, /^\d+$/);
    assert.match(await plainRow(page).getByRole("link").getAttribute("href"), new RegExp(`^reports/${FAR}/.*report\\.html$`));
    assert.equal(await overflow(page), 0);
  }, { javaScriptEnabled: false }));

await holds("on a phone without scripts nothing is wider than the screen", () =>
  open("large", async (page) => assert.equal(await overflow(page), 0), { javaScriptEnabled: false, viewport: PHONE }));

await holds("a browser that cannot unpack a large fleet shows what is there without scripts", () =>
  open("large", async (page) => {
    assert.equal(await page.locator("[data-ui=families] > li, .plain tbody tr").count(), 500);
    assert.ok(await plainRow(page).isVisible());
  }, { before: () => { delete window.DecompressionStream; } }));

await holds("an address that asks for something is followed in a large fleet too", () =>
  open("large", async (page) => {
    assert.deepEqual(await names(page), ["team-03-service-123"]);
  }, { hash: "#q=service-123" }));

await holds("on paper everything is drawn, light, and without controls", () =>
  open("typical", async (page) => {
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const rows = page.locator("[data-ui=families] > li");
    const plots = await rows.evaluateAll((all) => all.filter((row) => row.querySelector(".plot path")).length);
    assert.equal(plots, 13);
    assert.ok(await page.locator("[data-ui=search]").isHidden());
    assert.ok(lightness(await background(page)) > 250);
    assert.equal(await overflow(page), 0);
  }, { colorScheme: "dark", viewport: { width: 1000, height: 700 } }));

await holds("500 families with 50 images each filter, order and unroll rightly", () =>
  open("large", async (page) => {
    assert.equal(await told(page), 500);
    await page.locator("[data-ui=search]").fill("service-123");
    assert.deepEqual(await names(page), ["team-03-service-123"]);
    await page.locator("[data-ui=search]").fill("");
    await page.locator("[data-ui=sort]").selectOption({ label: "By name" });
    assert.equal((await names(page))[0], "team-00-service-000");
    const last = page.locator(SHOWN).last();
    assert.equal(await last.locator(".plot path").count(), 0, "what is far away is not drawn");
    await inView(last);
    const svg = await last.locator(".plot.findings svg").boundingBox();
    await page.mouse.move(svg.x + svg.width - 4, svg.y + 10);
    assert.match(await tip(page).textContent(), /team-39-service-479-\d{8}.*50 of 50/, "each is told of as its own");
    assert.equal(await overflow(page), 0);
  }));

await holds("what is typed while a large fleet is being unpacked is looked for", () =>
  open("large", async (page) => {
    await page.waitForFunction(() => document.querySelector("[data-ui=shown]").textContent === "1");
    assert.deepEqual(await names(page), ["team-03-service-123"]);
    assert.match(page.url(), /#q=service-123$/);
  }, { before: () => document.addEventListener("DOMContentLoaded", () => { document.querySelector("[data-ui=search]").value = "service-123"; }) }));

await holds("hostile names stay text, and their links lead below reports/", () =>
  open("hostile", async (page) => {
    assert.equal(await page.locator("script:not([type])").count(), 1);
    assert.equal(await page.locator("main :is(style, iframe, img, object, embed, base, form)").count(), 0);
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll("main *")].flatMap((element) => element.getAttributeNames())
        .filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"));
    assert.deepEqual(handlers, []);
    const rows = await page.locator(SHOWN).all();
    assert.equal(rows.length, 10);
    for (const row of rows) {
      await inView(row);
      const svg = await row.locator(".plot.findings svg").boundingBox();
      await page.mouse.move(svg.x + svg.width - 4, svg.y + 10);
      assert.ok(await tip(page).isVisible());
      assert.equal(await tip(page).locator("script, img").count(), 0);
      await page.mouse.move(svg.x + svg.width - 20, svg.y + 10);
    }
    const base = new URL("reports/", page.url().split("#")[0]).href;
    const addresses = await page.locator("main a[href]").evaluateAll((links) => links.map(({ href }) => href));
    assert.ok(addresses.length >= 19);
    assert.deepEqual(addresses.filter((address) => !address.startsWith(base)), []);
    for (const text of ["<script>", "\"><img", "${window", "שלום"]) {
      await page.locator("[data-ui=search]").fill(text);
      assert.ok((await told(page)) > 0, text);
    }
    await page.evaluate(() => { location.hash = "q=\"><img src=x onerror=window.pwned=99>"; });
  }));

await browser.close();
