// Takes the screenshots: `node screenshots.mjs DIR OUT`, DIR as the example `fleet --reports` of hardtarget-ledger
// writes it.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const { chromium } = createRequire(new URL("../tests/browser/package.json", import.meta.url))("playwright-core");
const [dir, out] = process.argv.slice(2);
// Four minutes after the page was written.
const NOW = Date.parse("2026-11-21T19:34:00Z");

const browser = await chromium.launch({
  executablePath: process.env.HARDTARGET_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", "--disable-background-networking"],
});

async function take(name, file, { colorScheme = "light", height, steps = async () => {} }) {
  const page = await browser.newPage({ viewport: { width: 1280, height }, colorScheme, deviceScaleFactor: 1 });
  await page.clock.setFixedTime(NOW);
  await page.goto(pathToFileURL(file).href);
  await steps(page);
  await page.screenshot({ path: path.join(out, `${name}.png`) });
  await page.close();
}

// Pointing at an image of `family` that is `back` images before the newest.
const point = (family, plot, back) => async (page) => {
  const row = page.locator("[data-ui=families] > li", { has: page.getByRole("heading", { name: family, exact: true }) });
  await row.locator(`.plot.${plot} path`).first().waitFor({ state: "attached" });
  const at = await row.locator(`.plot.${plot} svg`).boundingBox();
  await page.mouse.move(at.x + at.width - back, at.y + at.height / 2);
};

const fleet = path.join(dir, "fleet.html");
await take("fleet-light", fleet, { height: 1010, steps: point("k8s-node", "vulnerabilities", 70) });
await take("fleet-dark", fleet, { height: 1010, colorScheme: "dark" });

// A report that tells what changed since the image before.
await take("report-light", path.join(dir, "changed.html"), { height: 1240 });
await browser.close();
