// What it takes Chromium to show a page: `node packaging/draw.mjs FILE RUNS`. Prints JSON, medians in milliseconds:
//   cpu: what the page's main thread worked, from the navigation until all was quiet (parsing, style, layout,
//   script, paint), whatever else the machine did; drawn: the clock's time from the start of the navigation
//   to the second frame, when what is in view has been drawn.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(new URL("../tests/browser/package.json", import.meta.url))("playwright-core");
const [file, runs] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.HARDTARGET_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
const cpu = [], drawn = [];
// The first run warms the browser up.
for (let run = 0; run <= Number(runs); run += 1) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const protocol = await page.context().newCDPSession(page);
  await protocol.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
    });
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => window.drawnAt);
  await page.waitForTimeout(200);
  const { metrics } = await protocol.send("Performance.getMetrics");
  const worked = metrics.find(({ name }) => name === "TaskDuration").value;
  if (run > 0) {
    cpu.push(worked * 1000);
    drawn.push(await page.evaluate(() => window.drawnAt));
  }
  await page.close();
}
await browser.close();
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
console.log(JSON.stringify({ cpu: median(cpu), drawn: median(drawn) }));
