// Opens the pages that tests/page.rs rendered, as a reader would: `node page.mjs DIR`.
// Prints what held, one line each; the first thing that does not hold ends it with status 1.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { chromium } from "playwright-core";

const [dir] = process.argv.slice(2);
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };
const SHOWN = "[data-ui=findings] > li:not([hidden])";

const browser = await chromium.launch({
  executablePath: process.env.HARDTARGET_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

// Opens a page and, after `steps`, asserts that nothing complained and nothing was asked for.
async function open(name, steps, { hash = "", viewport = DESKTOP, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(path.join(dir, `${name}.html`)).href;
  const trouble = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { trouble.push("a dialogue"); dialog.dismiss(); });
  page.on("popup", () => trouble.push("a popup"));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) trouble.push(`request: ${request.url().slice(0, 200)}`);
  });
  await page.goto(url + hash);
  await steps(page);
  assert.deepEqual(trouble, [], `${name} is quiet`);
  assert.equal(await page.evaluate(() => window.pwned), undefined, `${name} runs nothing of the report`);
  await context.close();
}

const told = async (page, list = "findings") => Number(await page.locator(`#${list} [data-ui=shown]`).textContent());
const shownSubjects = (page) => page.locator(`${SHOWN} .subject:not([hidden])`).count();
const shown = (page) => page.locator(SHOWN).count();
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
// The lightness of an rgb() colour, 0 to 255.
const lightness = (color) => Math.max(...color.match(/\d+/g).slice(0, 3).map(Number));
const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function holds(what, test) {
  await test();
  console.log(`ok: ${what}`);
}

await holds("severities, engine, category and words filter, and the count says so", () =>
  open("typical", async (page) => {
    const all = await told(page);
    assert.ok(all > 100);
    assert.equal(await shownSubjects(page), all);

    const critical = page.locator("[data-list=findings] button[data-severity=critical]");
    await critical.click();
    assert.equal(await critical.getAttribute("aria-pressed"), "true");
    const only = await page.locator(SHOWN).evaluateAll((rows) => [...new Set(rows.map((row) => row.dataset.severity))]);
    assert.deepEqual(only, ["critical"]);
    assert.equal(await told(page), Number(await critical.locator(".count").textContent()));
    await page.locator("[data-list=findings] button[data-severity=low]").click();
    const two = await told(page);
    assert.equal(await shownSubjects(page), two);
    await critical.click();
    assert.ok((await told(page)) < two, "a bar pressed again no longer filters");

    await page.locator("#findings [data-ui=clear]").click();
    assert.equal(await told(page), all);
    assert.ok(await page.locator("#findings [data-ui=clear]").isHidden());

    await page.locator("#findings [data-ui=engine]").selectOption({ label: "lynis" });
    await page.locator("#findings [data-ui=category]").selectOption({ label: "ssh" });
    assert.equal(await shown(page), 1);
    assert.match(await page.locator(SHOWN).textContent(), /SSH-7408/);
  }));

await holds("search takes words in any order, finds evidence, and hides the subjects that do not match", () =>
  open("typical", async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("IMAGE key /opt/deploy");
    assert.equal(await told(page), 1);
    assert.equal(await shown(page), 1);
    await page.locator(`${SHOWN} summary`).click();
    assert.ok(await page.getByText("/opt/deploy/keys/deploy.pem", { exact: true }).isVisible());
    assert.ok(await page.getByText("/root/.ssh/id_ed25519", { exact: true }).isHidden());
    await page.keyboard.press("/");
    await page.keyboard.type("no such words");
    assert.equal(await told(page), 0);
    assert.ok(await page.getByText("No finding matches.").isVisible());
    await page.getByRole("button", { name: "Show all findings" }).click();
    assert.ok((await told(page)) > 100);
    await page.keyboard.type("sudo");
    await page.keyboard.press("Escape");
    assert.ok((await told(page)) > 100, "Escape takes the search back");
  }));

await holds("vulnerabilities are grouped by package, worst first, and filter by severity, repair and words", () =>
  open("vulnerable", async (page) => {
    const known = page.locator("#vulnerabilities");
    const rows = known.locator("ol > li:not([hidden])");
    const all = await told(page, "vulnerabilities");
    assert.equal(all, 38);
    assert.match(await rows.first().textContent(), /openssl.*3\.0\.17-1~deb12u2 → 3\.0\.18-1~deb12u1/s);
    assert.ok(await known.getByText("26 of 38 go away by upgrading 9 packages").isVisible());

    await rows.first().locator("summary").click();
    const openssl = rows.first().locator(".body");
    assert.match(await openssl.textContent(), /libssl3, openssl.*DSA-6204-1.*CVE-2026-31337.*Critical.*9\.8/s);
    const link = openssl.locator("a", { hasText: "CVE-2026-31337" });
    assert.equal(await link.getAttribute("href"), "https://www.cve.org/CVERecord?id=CVE-2026-31337");

    let sum = 0;
    for (const bar of await page.locator("[data-list=vulnerabilities] button").all()) {
      await bar.click();
      assert.equal(await told(page, "vulnerabilities"), Number(await bar.locator(".count").textContent()));
      sum += await told(page, "vulnerabilities");
      await bar.click();
    }
    assert.equal(sum, all);

    const repair = known.locator("[data-ui=fix]");
    const by = {};
    for (const value of ["=available", "=none", "=wont-fix"]) {
      await repair.selectOption(value);
      by[value] = await told(page, "vulnerabilities");
    }
    assert.deepEqual(by, { "=available": 26, "=none": 7, "=wont-fix": 5 });
    assert.ok(await known.getByText("Will not be repaired").nth(1).isHidden(), "folded");
    await known.locator("[data-ui=clear]").click();

    await known.locator("[data-ui=search]").fill("DSA-6211-1");
    assert.equal(await rows.count(), 1);
    assert.equal(await told(page, "vulnerabilities"), 4, "an advisory's own CVEs");
    await known.locator("[data-ui=search]").fill("libssl3 critical");
    assert.equal(await told(page, "vulnerabilities"), 6);
    await known.locator("[data-ui=search]").fill("no such words");
    await known.getByRole("button", { name: "Show all vulnerabilities" }).click();
    assert.equal(await told(page, "vulnerabilities"), all);
    assert.equal(await told(page), Number((await page.locator("#findings .shown").textContent()).match(/of (\d+)/)[1]), "the findings are not touched");
  }));

await holds("a link names a CVE", async () => {
  await open("vulnerable", async (page) => {
    const row = page.locator("[id='CVE-2026-20421']");
    await row.waitFor({ state: "visible" });
    assert.match(await row.textContent(), /High/);
    await page.locator("#vulnerabilities [data-ui=search]").fill("sudo");
    assert.ok(await row.isHidden());
    await page.evaluate(() => { location.hash = ""; location.hash = "CVE-2026-20421"; });
    await row.waitFor({ state: "visible" });
  }, { hash: "#CVE-2026-20421" });
});

await holds("advisories that are old warn, those that are missing are not zero", async () => {
  const notice = "#vulnerabilities .notice.warning";
  await open("stale", async (page) => {
    assert.match(await page.locator(notice).textContent(), /23 days old/);
    assert.match(await page.locator("[data-list=vulnerabilities]").textContent(), /advisories 23 days old/);
  });
  await open("vulnerable", async (page) => {
    assert.equal(await page.locator(notice).count(), 0);
    assert.match(await page.locator("#vulnerabilities > .lead").textContent(), /1 day old: Debian:12 as of 2026-11-20, 41213 entries.*1 pypi package is not looked up/s);
  });
  await open("typical", async (page) => {
    const card = page.locator("[data-list=vulnerabilities]");
    assert.deepEqual(await card.locator(".count").allTextContents(), ["–", "–", "–", "–", "–"]);
    assert.match(await card.textContent(), /Not looked for: no advisories were given/);
    assert.match(await page.locator("#vulnerabilities").textContent(), /Not looked for.*That is not zero/s);
    assert.equal(await card.locator("button:enabled").count(), 0);
  });
  await open("spotless", async (page) => {
    assert.match(await page.locator("#vulnerabilities").textContent(), /None is known of the packages that were read/);
  });
});

await holds("what is waived stands apart, with reason, owner and expiry, and an expired waiver at its finding", () =>
  open("vulnerable", async (page) => {
    const waived = page.locator("#waived");
    assert.match(await waived.locator(".lead").textContent(), /13 findings and 3 vulnerabilities are waived/);
    const deploy = waived.locator("li", { hasText: "/opt/deploy/keys/deploy.pem" });
    assert.ok(await deploy.getByText("until 2026-12-31").isVisible());
    await deploy.locator("summary").click();
    for (const text of ["OPS-1207", "platform@example.org"]) assert.ok(await deploy.getByText(text).isVisible(), text);
    assert.equal(await page.locator("#HT-IMG-003 .subject").count(), 4, "the waived place is not among the findings");
    assert.equal(await page.locator("#findings").getByText("/opt/deploy/keys/deploy.pem").count(), 0);

    const over = page.locator("#HT-FS-003");
    assert.ok(await over.getByText("waiver expired").isVisible());
    await over.locator("summary").click();
    assert.ok(await over.getByText("Waived by observability@example.org until 2026-11-20").isVisible());
    await page.getByRole("link", { name: "13 waived" }).click();
    assert.ok(await waived.locator("h2").evaluate((title) => title.getBoundingClientRect().top < innerHeight));
  }));

await holds("a finding that another engine shares names its test, and that test leads to it", () =>
  open("vulnerable", async (page) => {
    assert.ok(await page.locator("#HT-ACC-002").getByText("AUTH-9283").isVisible());
    await page.locator("#findings [data-ui=search]").fill("AUTH-9283");
    assert.equal(await told(page), 1);
    const row = page.locator("#coverage tr", { hasText: "AUTH-9283" });
    assert.equal(await row.locator("a").getAttribute("href"), "#HT-ACC-002");
    const openscap = page.locator("#coverage .engine", { hasText: "OpenSCAP" });
    assert.match(await openscap.textContent(), /profile cis_level1_server.*10 passed.*4 failed/s);
    assert.equal(await page.locator("#coverage a[href='#sshd_set_idle_timeout']").count(), 1);
    assert.equal(await page.locator("#coverage a[href='#vulnerabilities']").count(), 1);
  }));

await holds("3,000 vulnerabilities filter and unfold rightly", () =>
  open("known", async (page) => {
    assert.equal(await told(page, "vulnerabilities"), 3000);
    const known = page.locator("#vulnerabilities");
    await known.locator("[data-ui=search]").fill("CVE-2026-40203");
    assert.equal(await told(page, "vulnerabilities"), 3);
    await known.locator("[data-ui=clear]").click();
    await known.locator("[data-ui=unfold]").click();
    assert.equal(await known.locator("details:not([open])").count(), 0);
    assert.equal(await overflow(page), 0);
  }));

await holds("a finding unfolds by mouse and by keyboard, and all of them at once", () =>
  open("typical", async (page) => {
    const row = page.locator("#HT-IMG-003");
    assert.equal(await row.locator(".times").textContent(), "5");
    assert.ok(await row.getByText("What to do").isHidden());
    await row.locator("summary").click();
    assert.ok(await row.getByText("What to do").isVisible());
    await row.locator("summary").focus();
    await page.keyboard.press("Enter");
    assert.ok(await row.getByText("What to do").isHidden());
    await page.locator("#findings [data-ui=unfold]").click();
    assert.equal(await page.locator(".finding:not([open])").count(), 0);
    await page.locator("#findings [data-ui=unfold]").click();
    assert.equal(await page.locator(".finding[open]").count(), 0);
  }));

await holds("a link names a finding by id or fingerprint, also one that is filtered out", async () => {
  await open("typical", async (page) => {
    assert.ok(await page.locator("#HT-SSH-001 .body").isVisible());
    assert.ok(await page.locator("#HT-SSH-001").evaluate((row) => row.getBoundingClientRect().top < innerHeight));
  }, { hash: "#HT-SSH-001" });
  await open("typical", async (page) => {
    const fingerprint = await page.locator("#HT-IMG-003 a.fingerprint").nth(2).textContent();
    await page.locator("[data-list=findings] button[data-severity=info]").click();
    await page.evaluate((hash) => { location.hash = hash; }, fingerprint);
    await page.locator(`[id="${fingerprint}"]`).waitFor({ state: "visible" });
    const link = page.locator("#coverage a[href='#HT-SUDO-001']");
    await page.locator("#coverage .checks > summary").nth(1).click();
    await link.click();
    await page.locator("#HT-SUDO-001 .body").waitFor({ state: "visible" });
  });
  await open("typical", async (page) => {
    assert.ok((await told(page)) > 100);
  }, { hash: "#%22%5D,body" });
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
    await open("stale", async (page) => {
      await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
      const faint = await page.evaluate(() => {
        const parse = (color) => color.match(/[\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const color = parse(getComputedStyle(e).backgroundColor);
            if (color.length < 4 || color[3] === 1) return color;
          }
          return [255, 255, 255];
        };
        const bad = new Set();
        for (const element of document.querySelectorAll("body *")) {
          const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          if (!text || element.closest("svg")) continue;
          const a = light(parse(getComputedStyle(element).color));
          const b = light(behind(element));
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) bad.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
        }
        return [...bad];
      });
      assert.deepEqual(faint, [], colorScheme);
    }, { colorScheme });
  }
});

await holds("nothing is wider than a phone", async () => {
  for (const name of ["typical", "vulnerable", "stale", "partial", "failed", "hostile"]) {
    await open(name, async (page) => {
      assert.equal(await overflow(page), 0, name);
      await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
      assert.equal(await overflow(page), 0, `${name}, unfolded`);
    }, { viewport: PHONE });
  }
});

await holds("on paper everything is unfolded, light, and without controls", () =>
  open("typical", async (page) => {
    await page.emulateMedia({ media: "print" });
    for (const text of ["What to do", "nft gave no list of rules: operation not permitted"]) {
      assert.ok(await page.getByText(text).first().isVisible(), text);
    }
    assert.ok(await page.locator("#HT-IMG-003 .evidence").last().isVisible());
    for (const control of ["#findings [data-ui=search]", "[data-ui=theme]", "#findings [data-ui=engine]", "#findings [data-ui=unfold]"]) {
      assert.ok(await page.locator(control).isHidden(), control);
    }
    assert.ok(lightness(await background(page)) > 250);
    assert.equal(await overflow(page), 0);
  }, { colorScheme: "dark", viewport: { width: 703, height: 1000 } }));

await holds("without scripts everything is there", () =>
  open("typical", async (page) => {
    assert.equal(await shown(page), await page.locator("[data-ui=findings] > li").count());
    await page.locator("#HT-IMG-003 > summary").click();
    assert.ok(await page.locator("#HT-IMG-003 .evidence").first().isVisible());
    assert.ok(await page.locator("#findings [data-ui=search]").isHidden());
    await page.locator("#packages summary").click();
    assert.ok(await page.getByText("openssh-server", { exact: true }).isVisible());
  }, { javaScriptEnabled: false }));

await holds("the packages can be searched", () =>
  open("typical", async (page) => {
    await page.locator("#packages summary").click();
    await page.locator("[data-ui=package-search]").fill("openssh 9.2");
    assert.equal(await page.locator("[data-ui=packages] tbody tr:not([hidden])").count(), 2);
    await page.locator("[data-ui=package-search]").fill("no such package");
    assert.ok(await page.getByText("No package matches.").isVisible());
  }));

await holds("no score, a partial and a failed scan say why", async () => {
  await open("partial", async (page) => {
    assert.ok(await page.getByText("This scan is partial").isVisible());
    assert.match(await page.locator(".score").textContent(), /No score.*stopped at its deadline/s);
  });
  await open("failed", async (page) => {
    assert.ok(await page.getByText("This scan failed").isVisible());
    assert.equal(await page.locator(".severities .count", { hasText: "0" }).count(), 0);
  });
  await open("spotless", async (page) => {
    assert.ok(await page.getByText("could not look").isVisible());
  });
});

await holds("2,000 findings filter and unfold rightly", () =>
  open("many", async (page) => {
    assert.equal(await told(page), 2000);
    let sum = 0;
    for (const bar of await page.locator("[data-list=findings] button[data-severity]").all()) {
      await bar.click();
      sum += await told(page);
      assert.equal(await shownSubjects(page), await told(page));
      await bar.click();
    }
    assert.equal(sum, 2000);
    await page.locator("#findings [data-ui=search]").fill("/srv/data/01999/");
    assert.equal(await told(page), 1);
    await page.locator("#findings [data-ui=clear]").click();
    assert.equal(await shownSubjects(page), 2000);
    const last = page.locator("[data-ui=findings] > li").last();
    await last.scrollIntoViewIfNeeded();
    await last.locator("summary").click();
    assert.ok(await last.getByText("What was seen").isVisible());
  }));

await holds("a hostile report stays text, whatever is pressed", () =>
  open("hostile", async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("main :is(script, style, iframe, img, object, embed, base, form)").count(), 0);
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames())
        .filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"));
    assert.deepEqual(handlers, []);
    const addresses = await page.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.deepEqual(addresses.filter((address) => !/^(https?:\/\/|#)/.test(address)), []);
    assert.ok(await page.getByText("<script>window.pwned=1</script>", { exact: true }).first().isVisible());
    for (const text of ["<script>", "\"><img", "${window"]) {
      await page.locator("#findings [data-ui=search]").fill(text);
      assert.ok((await told(page)) > 0, text);
    }
    await page.locator("#findings [data-ui=search]").fill("");
    const options = await page.locator("#findings [data-ui=category] option").count();
    for (let option = 1; option < options; option += 1) {
      await page.locator("#findings [data-ui=category]").selectOption({ index: option });
      assert.ok((await told(page)) > 0, `category ${option}`);
    }
    await page.locator("#vulnerabilities [data-ui=search]").fill("<script>");
    assert.ok((await told(page, "vulnerabilities")) > 0);
    await page.evaluate(() => { location.hash = "\"><img src=x onerror=window.pwned=99>"; });
  }));

await holds("what changed stands at the top, and leads to the findings", () =>
  open("changed", async (page) => {
    const changes = page.locator("#changes");
    assert.ok(await changes.getByRole("heading", { name: "What changed" }).isVisible());
    const top = async (selector) => (await page.locator(selector).boundingBox()).y;
    assert.ok((await top("#changes")) < (await top("#findings")));
    assert.match(await changes.textContent(), /Against ami-0f4b6c81d2e3a9570 of 9 November 2026.*\(\+3\)/s);
    for (const word of ["new", "fixed", "back", "newly looked at", "not looked at"]) {
      const tile = changes.locator(".tally li").filter({ hasText: new RegExp(`^\\d+ ${word}$`) });
      assert.ok(Number(await tile.locator("strong").textContent()) > 0, word);
    }
    const sum = await changes.locator(".moves.new").first().evaluate((list) =>
      [...list.querySelectorAll("li")].reduce((all, row) => all + Number(row.querySelector(".times")?.textContent ?? 1), 0));
    assert.equal(sum, Number(await changes.locator(".tally .new strong").first().textContent()));
    const link = changes.locator(".moves.new a").first();
    const target = await link.getAttribute("href");
    await link.click();
    assert.ok(await page.locator(`${target} .body`).isVisible(), `${target} is unfolded`);
  }));

await holds("a long list of changes is folded, and short words are said where nothing changed", async () => {
  await open("much-changed", async (page) => {
    const changes = page.locator("#changes");
    assert.ok((await changes.boundingBox()).height < 1400);
    await changes.locator(".more > summary").first().click();
    assert.ok(await changes.locator(".more li").first().isVisible());
  });
  await open("unchanged", async (page) => {
    assert.match(await page.locator("#changes").textContent(), /Nothing came and nothing went/);
  });
  await open("unseen", async (page) => {
    assert.match(await page.locator("#changes").textContent(), /Not looked at this time: neither fixed nor there/);
  });
});

await holds("changes fit a phone and paper, and need no script", async () => {
  for (const name of ["changed", "much-changed", "unchanged", "hostile-changed", "unseen"]) {
    await open(name, async (page) => {
      assert.equal(await overflow(page), 0, name);
      await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => { fold.open = true; }));
      assert.equal(await overflow(page), 0, `${name}, unfolded`);
      assert.equal(await page.locator("#changes :is(script, img, iframe, style)").count(), 0);
    }, { viewport: PHONE });
  }
  await open("much-changed", async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#changes .more li").last().isVisible());
  });
  await open("changed", async (page) => {
    assert.ok(await page.locator("#changes .moves li").first().isVisible());
  }, { javaScriptEnabled: false });
});

await browser.close();
