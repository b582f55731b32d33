// What it takes Chromium to show pages: `node packaging/draw.mjs RUNS FILE…`. Prints JSON, for each file medians
// in milliseconds:
//   drawn: the clock's time from the start of the navigation to the second frame, when what is in view has
//   been drawn; empty: likewise for an empty page, in turn with it: what this browser on this machine takes by itself;
//   cpu: what the page's main thread worked, from the navigation until all was quiet (parsing, style, layout,
//   script, paint), whatever else the machine did.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(new URL("../tests/browser/package.json", import.meta.url))("playwright-core");
const [runs, ...files] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.HARDTARGET_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});

async function show(address) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const protocol = await page.context().newCDPSession(page);
  await protocol.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
    });
  });
  await page.goto(address);
  await page.waitForFunction(() => window.drawnAt);
  // A large fleet's page has more to do when what is in view is there.
  await page.waitForFunction(() => !document.querySelector("[data-ui=rest]"));
  await page.waitForTimeout(300);
  const { metrics } = await protocol.send("Performance.getMetrics");
  const cpu = 1000 * metrics.find(({ name }) => name === "TaskDuration").value;
  const drawn = await page.evaluate(() => window.drawnAt);
  await page.close();
  return { cpu, drawn };
}

const empty = "data:text/html,<!DOCTYPE html><title>Empty</title>";
const measured = files.map((file) => ({ file, cpu: [], drawn: [], empty: [] }));
// The first run warms the browser up.
for (let run = 0; run <= Number(runs); run += 1) {
  for (const one of measured) {
    const nothing = await show(empty);
    const { cpu, drawn } = await show(pathToFileURL(one.file).href);
    if (run > 0) {
      one.empty.push(nothing.drawn);
      one.cpu.push(cpu);
      one.drawn.push(drawn);
    }
  }
}
await browser.close();

const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
for (const { file, cpu, drawn, empty: nothing } of measured) {
  console.log(JSON.stringify({ file, cpu: median(cpu), drawn: median(drawn), empty: median(nothing) }));
}
