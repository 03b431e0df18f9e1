// SPDX-License-Identifier: MIT
// Puts the page together.
"use strict";

const find = selector => document.querySelector(selector);
const shown = {...study.view, pins: [...study.view.pins]};

function showHeader() {
  find("#title").textContent = study.title;
  find("#question").textContent = study.question;
  const axes = study.axes.map(axis => `${axis.key} (${axis.texts.length === 1 ? axis.texts[0] : axis.texts.length})`).join(study.is_zipped ? " with " : " × ");
  find("#facts").textContent = `${whole.format(rowCount)} of ${whole.format(study.all_points)} points: ${axes}${study.seeds > 1 ? ` × ${study.seeds} seeds` : ""}`;
  find("#sweep-file").textContent = study.sweep_file;
  find("#base").textContent = study.base;
}

/** Keeps numbers and their units on one line. */
const unbroken = text => text.replace(/(\d) (?=([KMG]i|[kMG])?(B|B\/s|Hz)\b|[pnum]?s\b)/g, "$1\u00a0");

function showAnswer() {
  if (!study.answer) return;
  find("#answer").hidden = false;
  find("#summary").textContent = unbroken(study.answer.summary);
  for (const note of study.answer.notes) find("#notes").append(Object.assign(document.createElement("li"), {textContent: note}));
  const {lines} = study.answer, body = find("#cases tbody");
  find("#cases").hidden = lines.length === 0;
  find("#cases summary").textContent = `${study.condition.text} holds at this ${axisName(study.along)}`;
  for (const {where, parts} of lines) {
    const row = body.insertRow(), what = document.createElement("td");
    if (where) row.append(Object.assign(document.createElement("th"), {textContent: where}));
    for (const part of parts) {
      const line = document.createElement("span"), when = document.createElement("small");
      when.textContent = part.when ? ` for ${part.when}` : "";
      line.append(part.what, when);
      what.append(line);
    }
    row.append(what);
  }
}

/** A choice of what is shown; `options` are [value, text]. */
function addChoice(label, options, value, choose) {
  const select = document.createElement("select"), element = document.createElement("label");
  for (const [each, text] of options) select.append(new Option(text, each, false, each === value));
  select.onchange = () => { choose(select.value); showControls(); showCharts(); };
  element.append(label, select);
  find("#controls").append(element);
}
function showControls() {
  find("#controls").replaceChildren();
  if (shown.metric === null) return;
  addChoice("Metric", study.metrics.map(({name}, i) => [i, name]), shown.metric, value => { shown.metric = Number(value); });
  if (openAxes.length < 3) return;
  const axes = openAxes.map(axis => [axis, axisName(axis)]);
  const swap = (which, other) => value => {
    const axis = Number(value), old = shown[which];
    for (const each of other) if (shown[each] === axis) shown[each] = each === "panels" ? null : old;
    shown[which] = axis;
  };
  addChoice("Across", axes, shown.x, swap("x", ["y", "panels"]));
  addChoice("Up", axes, shown.y, swap("y", ["x", "panels"]));
  const facets = axes.filter(([axis]) => axis !== shown.x && axis !== shown.y && study.axes[axis].texts.length <= shown.most_panels);
  addChoice("Panels", [["", "none"], ...facets], shown.panels ?? "", value => { shown.panels = value === "" ? null : Number(value); });
  for (const axis of openAxes)
    addChoice(`${axisName(axis)} where fixed`, study.axes[axis].texts.map((text, i) => [i, text]), shown.pins[axis], value => { shown.pins[axis] = Number(value); });
}

function addPanel(parent, title, quiet) {
  const panel = Object.assign(document.createElement("figure"), {className: "panel"}), head = document.createElement("h3"), chart = document.createElement("div");
  head.append(title, Object.assign(document.createElement("small"), {textContent: quiet && (title ? ` · ${quiet}` : quiet)}));
  chart.className = "chart";
  panel.append(head, chart);
  parent.append(panel);
  return chart;
}
const pinned = (...drawn) => openAxes.filter(axis => !drawn.includes(axis)).map(axis => `${axisName(axis)} ${axisText(axis, shown.pins[axis])}`).join(", ");

function showLegend() {
  const {name, unit} = study.metrics[shown.metric], {low, high} = rangeOfMetric[shown.metric], legend = find("#maps .legend");
  const ramp = document.createElement("span"), bar = document.createElement("i");
  bar.style.background = `linear-gradient(to right, ${viridis.join()})`;
  ramp.append(`${name}: ${written(low, unit)}`, bar, written(high, unit));
  legend.replaceChildren(ramp);
  if (!study.condition) return;
  const line = document.createElement("span");
  line.append(Object.assign(document.createElement("i"), {className: "frontier"}), `here ${study.condition.text} begins to hold`);
  legend.append(line);
}
function showHeatMaps() {
  const {metric, x, y, panels, pins} = shown, section = find("#maps");
  section.hidden = metric === null || x === null || y === null;
  if (section.hidden) return [];
  section.querySelector("h2").textContent = `${study.metrics[metric].name} over ${axisName(x)} and ${axisName(y)}`;
  showLegend();
  const parent = section.querySelector(".panels"), places = panels === null ? [0] : study.axes[panels].texts.map((_, i) => i);
  forget(parent);
  parent.className = `panels ${{1: "one", 2: "few"}[places.length] ?? ""}`;
  return places.map(value => {
    const chart = addPanel(parent, panels === null ? "" : `${axisName(panels)} ${axisText(panels, value)}`, pinned(x, y, panels));
    return () => drawHeatMap(chart, metric, x, y, panels === null ? pins : pins.with(panels, value));
  }).map(draw => draw());
}
function showCurves() {
  const {metric, colours, pins} = shown, section = find("#curves");
  section.hidden = metric === null || openAxes.length === 0;
  if (section.hidden) return [];
  section.querySelector("h2").textContent = `${study.metrics[metric].name} along ${openAxes.length > 1 ? "each axis" : axisName(openAxes[0])}`;
  const parent = section.querySelector(".panels");
  forget(parent);
  return openAxes.map(axis => {
    const by = study.is_zipped ? null : colours[axis];
    const fixed = pinned(axis, by ?? axis), details = [by !== null && `by ${axisName(by)}`, fixed && `at ${fixed}`].filter(Boolean);
    const chart = addPanel(parent, `along ${axisName(axis)}`, details.join(", "));
    return [chart, axis, by];
  }).map(([chart, axis, by]) => drawCurves(chart, metric, axis, by, pins));
}
function showAnswerMap() {
  const others = openAxes.filter(axis => axis !== study.along).sort((a, b) => study.axes[b].texts.length - study.axes[a].texts.length), figure = find("#answer-map");
  figure.hidden = !study.answer || study.answer.outcomes.length === 0 || others.length < 2;
  if (figure.hidden) return [];
  const falls = study.answer.outcomes.some(each => each.shape === "up_to"), rest = pinned(study.along, others[0], others[1]);
  figure.querySelector("figcaption").textContent = `${falls ? "Most" : "Least"} ${axisName(study.along)} for ${study.condition.text}${rest && `, ${rest}`}`;
  return [drawAnswerMap(figure.querySelector(".chart"), others[0], others[1], shown.pins)];
}
/** Resolves when all charts are drawn; the document's element then says so. */
async function showCharts() {
  await Promise.all([...showAnswerMap(), ...showHeatMaps(), ...showCurves()]);
  document.documentElement.dataset.drawn = "true";
}

function showTrouble() {
  const groups = new Map();
  for (let row = 0; row < rowCount; ++row) {
    if (points.ending[row] === "done") continue;
    const key = JSON.stringify([points.ending[row], points.reasons[row] ?? ""]);
    groups.set(key, [...(groups.get(key) ?? []), points.number[row]]);
  }
  find("#trouble").hidden = groups.size === 0;
  for (const [key, numbers] of groups) {
    const row = find("#trouble tbody").insertRow();
    const some = numbers.slice(0, 12).join(", ") + (numbers.length > 12 ? `, … (${numbers.length})` : "");
    for (const text of [...JSON.parse(key), some]) row.insertCell().textContent = text;
    row.cells[0].className = "bad";
  }
}

showHeader();
showAnswer();
showControls();
showTrouble();
showTable();
showCharts();
let width = innerWidth, waiting = 0;
addEventListener("resize", () => {
  if (width === innerWidth) return;  // a telephone's address bar comes and goes
  width = innerWidth;
  clearTimeout(waiting);
  waiting = setTimeout(showCharts, 150);
});
