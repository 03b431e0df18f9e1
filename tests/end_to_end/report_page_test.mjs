// SPDX-License-Identifier: MIT
// Opens the page of a real sweep in Chromium: it has to draw itself without a complaint and without a request, answer
// to the mouse, and look its part in light, in dark, on paper and on a telephone. Run by ctest.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import {createRequire} from "node:module";
import os from "node:os";
import path from "node:path";
import {pathToFileURL} from "node:url";

const {GHOSTCARD, GHOSTCARD_SCENARIOS, CHROMIUM, PACKAGES, SCREENSHOTS} = process.env;
const {chromium} = createRequire(PACKAGES)("playwright-core");

const title = "</script><b>Waits & \"bursts\"</b>";
const sweep = `
[sweep]
title = '${title}'
scenario = "${GHOSTCARD_SCENARIOS}/hd_1080p60.toml"
[set]
bus.timing = "analytic"
video.frames = 1
[axes]
bus.initial_wait = {from = 0, to = 8, step = 2}
card.dma.burst = ["32 B", "64 B", "4 KiB"]
card.memory = ["1 KiB", "4 KiB", "16 KiB"]
[question]
text = "How much memory does <i>it</i> take?"
condition = "frames.dropped == 0"
along = "card.memory"
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ghostcard-test-"));
const browser = await chromium.launch({executablePath: CHROMIUM, args: ["--no-sandbox"]});
try {
  fs.writeFileSync(path.join(folder, "waits.toml"), sweep);
  execFileSync(GHOSTCARD, ["sweep", "waits.toml", "--out", "waits", "--quiet"], {cwd: folder});
  execFileSync(GHOSTCARD, ["report", "waits", "--no-plots", "--quiet"], {cwd: folder});
  fs.mkdirSync(SCREENSHOTS, {recursive: true});
  const address = pathToFileURL(path.join(folder, "waits", "report.html")).href;

  /** A drawn page, and what went wrong on it. */
  async function open(options, width = 1200) {
    const page = await browser.newPage({viewport: {width, height: 900}, ...options});
    const troubles = [];
    page.on("console", message => troubles.push(message.text()));
    page.on("pageerror", error => troubles.push(error.stack));
    page.on("request", request => { if (request.url() !== address) troubles.push(request.url()); });
    await page.goto(address);
    await page.waitForSelector("html[data-drawn]");
    return {page, troubles};
  }
  const colour = (page, selector, property) =>
    page.$eval(selector, (element, name) => getComputedStyle(element)[name], property);
  const shoot = (page, name) => page.screenshot({path: path.join(SCREENSHOTS, `report-${name}.png`), fullPage: true});

  const {page, troubles} = await open({colorScheme: "light"});

  // Whatever a text holds, it stays a text.
  assert.equal(await page.textContent("#title"), title);
  assert.equal(await page.title(), title);
  assert.equal(await page.textContent("#question"), "How much memory does <i>it</i> take?");
  assert.equal(await page.locator("header b, header i").count(), 0);

  // The answer, its map, a heat map for each burst, and curves along each axis.
  const {answer} = JSON.parse(await page.textContent("#study"));
  assert.equal((await page.textContent("#summary")).replaceAll("\u00a0", " "), answer.summary);
  assert.match(answer.summary, /frames\.dropped == 0/);
  assert.equal(await page.locator("#cases tbody tr").count(), 3);
  assert.equal(await page.locator("#answer-map svg").count(), 1);
  assert.equal(await page.locator("#maps svg").count(), 3);
  assert.equal(await page.locator("#curves svg").count(), 3);
  assert.ok(await page.locator("#maps svg .mark-rule line").count() > 0, "the frontier is drawn");
  const axisTitles = await page.locator("#curves svg .role-axis-title text").allTextContents();
  for (const name of ["bus.initial_wait", "card.dma.burst", "card.memory", "frames.dropped"])
    assert.ok(axisTitles.includes(name), name);
  assert.ok((await page.locator("#curves svg .role-axis-label text").allTextContents()).includes("16 KiB"));

  // A cell tells what it stands for.
  await page.locator("#maps svg .mark-rect path").first().hover();
  const tip = await page.textContent("#tip");
  const [wait, burst, memory, dropped, holds] = tip.split("\n");
  assert.match(`${wait}, ${burst}, ${memory}`, /^bus\.initial_wait: \d, card\.dma\.burst: 32 B, card\.memory: \d+ KiB$/);
  assert.equal(holds, `frames.dropped == 0: ${dropped === "frames.dropped: 0" ? "yes" : "no"}`);
  await page.mouse.move(0, 0);
  assert.ok(await page.locator("#tip").isHidden());

  // Points that were refused are told of, with their reason.
  assert.match(await page.textContent("#trouble tbody"), /^refused.*burst/);

  // Another metric, in its unit.
  await page.selectOption("#controls select >> nth=0", {label: "latency.max_ps"});
  await page.waitForFunction(() => document.querySelector("#maps h2").textContent.startsWith("latency.max_ps"));
  await page.waitForSelector("#curves svg >> text=latency.max_ps (us)");

  // The table: all points, filtered by a comparison, sorted, with the command that repeats one.
  const status = () => page.textContent(".filter [role=status]");
  assert.equal(await status(), "45 of 45 points");
  await page.fill(".filter input", "card.memory <= 4 KiB burst=64 B");
  assert.equal(await status(), "10 of 45 points");
  await page.fill(".filter input", "burst = 4 KiB refused");
  assert.equal(await status(), "5 of 45 points");
  await page.fill(".filter input", "initial_wait > 2 initial_wait < 8 refused");
  assert.equal(await status(), "2 of 45 points");
  await page.fill(".filter input", "no.such > 1");
  assert.equal(await status(), "there is no column no.such");
  await page.fill(".filter input", "refused");
  const refused = Number((await status()).split(" ")[0]);
  assert.ok(refused > 0 && refused < 45);
  await page.fill(".filter input", "");
  await page.click(".table thead button >> text=point");
  assert.equal(await page.textContent(".table tbody tr:first-child td:first-child"), "44");
  await page.click(".table tbody tr:first-child");
  const command = await page.textContent("#chosen code");
  assert.match(command, /^ghostcard run .*--set bus\.initial_wait=8 .*--set 'card\.memory=16 KiB'$/);
  assert.equal(await page.textContent("#sweep-file"), sweep);
  await page.selectOption("#controls select >> nth=0", {label: "frames.dropped"});
  await page.waitForFunction(() => document.querySelector("#maps h2").textContent.startsWith("frames.dropped"));
  await page.evaluate(() => showCharts());
  await shoot(page, "light");
  assert.equal(await colour(page, "#maps .role-axis-label text", "fill"), "rgb(99, 103, 110)");

  // On paper: black on white, all of the table's columns that matter, nothing to press.
  await page.emulateMedia({media: "print", colorScheme: "dark"});
  assert.equal(await colour(page, "body", "backgroundColor"), "rgb(255, 255, 255)");
  assert.ok(await page.locator("#controls").isHidden());
  await shoot(page, "print");
  const pdf = await page.pdf({format: "A4"});
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  assert.deepEqual(troubles, []);

  const dark = await open({colorScheme: "dark"});
  assert.equal(await colour(dark.page, "body", "backgroundColor"), "rgb(22, 24, 28)");
  assert.equal(await colour(dark.page, "#maps .role-axis-label text", "fill"), "rgb(154, 160, 168)");
  await shoot(dark.page, "dark");
  assert.deepEqual(dark.troubles, []);

  const narrow = await open({colorScheme: "light"}, 400);
  assert.equal(await narrow.page.evaluate(() => document.documentElement.scrollWidth), 400);
  await shoot(narrow.page, "narrow");
  assert.deepEqual(narrow.troubles, []);
} finally {
  await browser.close();
  fs.rmSync(folder, {recursive: true});
}
