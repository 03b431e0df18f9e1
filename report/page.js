// SPDX-License-Identifier: MIT
// Puts the page together.
"use strict";

const find = selector => document.querySelector(selector);
const shown = {...study.view, pins: [...study.view.pins]};

function showHeader() {
  find("#title").textContent = study.title;
  find("#question").textContent = study.question;
  const axes = study.axes.map(({key, texts}) => `${key} (${texts.length === 1 ? texts[0] : texts.length})`);
  const factors = [axes.join(study.is_zipped ? " with " : " × "), ...(study.seeds > 1 ? [`${study.seeds} seeds`] : [])];
  const counts = `${whole.format(rowCount)} of ${whole.format(study.all_points)} points`;
  find("#facts").textContent = `${counts}: ${factors.join(" × ")}`;
  find("#sweep-file").textContent = study.sweep_file;
  find("#base").textContent = study.base;
}

/** Keeps numbers and their units on one line. */
const unbroken = text => text.replace(/(\d) (?=([KMG]i|[kMG])?(B|B\/s|Hz)\b|[pnum]?s\b)/g, "$1\u00a0");

function showAnswer() {
  if (!study.answer) return;
  find("#answer").hidden = false;
  find("#summary").textContent = unbroken(study.answer.summary);
  for (const note of study.answer.notes) find("#notes").append(make("li", {textContent: note}));
  const {lines} = study.answer, body = find("#cases tbody");
  find("#cases").hidden = lines.length === 0;
  find("#cases summary").textContent = `${study.condition.text} holds at this ${axisName(study.along)}`;
  for (const {where, parts} of lines) {
    const cases = parts.map(({what, when}) => make("span", {}, what, make("small", {}, when && ` for ${when}`)));
    body.append(make("tr", {}, ...(where ? [make("th", {}, where)] : []), make("td", {}, ...cases)));
  }
}

/** A choice of what is shown; `options` are [value, text]. */
function addChoice(label, options, value, choose) {
  const select = make("select", {}, ...options.map(([each, text]) => new Option(text, each, false, each === value)));
  select.onchange = () => {
    choose(select.value === "" ? null : Number(select.value));
    showControls();
    showCharts();
  };
  find("#controls").append(make("label", {}, label, select));
}
function showControls() {
  find("#controls").replaceChildren();
  if (shown.metric === null) return;
  addChoice("Metric", study.metrics.map(({name}, i) => [i, name]), shown.metric, metric => { shown.metric = metric; });
  if (openAxes.length < 3) return;
  const axes = openAxes.map(axis => [axis, axisName(axis)]);
  const swap = (which, other) => axis => {
    const old = shown[which];
    for (const each of other) if (shown[each] === axis) shown[each] = each === "panels" ? null : old;
    shown[which] = axis;
  };
  addChoice("Across", axes, shown.x, swap("x", ["y", "panels"]));
  addChoice("Up", axes, shown.y, swap("y", ["x", "panels"]));
  const isPanelled = axis => ![shown.x, shown.y].includes(axis) && study.axes[axis].texts.length <= shown.most_panels;
  const panels = [["", "none"], ...axes.filter(([axis]) => isPanelled(axis))];
  addChoice("Panels", panels, shown.panels ?? "", axis => { shown.panels = axis; });
  for (const axis of openAxes) {
    const values = study.axes[axis].texts.map((text, i) => [i, text]);
    addChoice(`${axisName(axis)} where fixed`, values, shown.pins[axis], value => { shown.pins[axis] = value; });
  }
}

function addPanel(parent, title, quiet) {
  const head = make("h3", {}, title, make("small", {}, quiet && title ? ` · ${quiet}` : quiet));
  const chart = make("div", {className: "chart"});
  parent.append(make("figure", {className: "panel"}, head, chart));
  return chart;
}
function pinned(...drawn) {
  const rest = openAxes.filter(axis => !drawn.includes(axis));
  return rest.map(axis => `${axisName(axis)} ${axisText(axis, shown.pins[axis])}`).join(", ");
}

function showLegend() {
  const {name, unit} = study.metrics[shown.metric], {low, high} = rangeOfMetric[shown.metric];
  const bar = make("i"), line = make("i", {className: "frontier"});
  bar.style.background = `linear-gradient(to right, ${viridis.join()})`;
  find("#maps .legend").replaceChildren(make("span", {}, `${name}: ${written(low, unit)}`, bar, written(high, unit)));
  if (study.condition)
    find("#maps .legend").append(make("span", {}, line, `here ${study.condition.text} begins to hold`));
}
function showHeatMaps() {
  const {metric, x, y, panels, pins} = shown, section = find("#maps");
  section.hidden = metric === null || x === null || y === null;
  if (section.hidden) return [];
  section.querySelector("h2").textContent = `${study.metrics[metric].name} over ${axisName(x)} and ${axisName(y)}`;
  showLegend();
  const parent = section.querySelector(".panels");
  const places = panels === null ? [0] : [...study.axes[panels].texts.keys()];
  forget(parent);
  parent.className = `panels ${{1: "one", 2: "few"}[places.length] ?? ""}`;
  return places.map(value => {
    const title = panels === null ? "" : `${axisName(panels)} ${axisText(panels, value)}`;
    const chart = addPanel(parent, title, pinned(x, y, panels));
    return () => drawHeatMap(chart, metric, x, y, panels === null ? pins : pins.with(panels, value));
  }).map(draw => draw());
}
function showCurves() {
  const {metric, colours, pins} = shown, section = find("#curves");
  section.hidden = metric === null || openAxes.length === 0;
  if (section.hidden) return [];
  const along = openAxes.length > 1 ? "each axis" : axisName(openAxes[0]);
  section.querySelector("h2").textContent = `${study.metrics[metric].name} along ${along}`;
  const parent = section.querySelector(".panels");
  forget(parent);
  return openAxes.map(axis => {
    const by = study.is_zipped ? null : colours[axis];
    const fixed = pinned(axis, by ?? axis), details = [by !== null && `by ${axisName(by)}`, fixed && `at ${fixed}`];
    const chart = addPanel(parent, `along ${axisName(axis)}`, details.filter(Boolean).join(", "));
    return [chart, axis, by];
  }).map(([chart, axis, by]) => drawCurves(chart, metric, axis, by, pins));
}
function showAnswerMap() {
  const others = openAxes.filter(axis => axis !== study.along), figure = find("#answer-map");
  others.sort((a, b) => study.axes[b].texts.length - study.axes[a].texts.length);
  figure.hidden = !study.answer || study.answer.outcomes.length === 0 || others.length < 2;
  if (figure.hidden) return [];
  const [x, y] = others, most = study.answer.outcomes.some(each => each.shape === "up_to") ? "Most" : "Least";
  const caption = [`${most} ${axisName(study.along)} for ${study.condition.text}`, pinned(study.along, x, y)];
  figure.querySelector("figcaption").textContent = caption.filter(Boolean).join(", ");
  return [drawAnswerMap(figure.querySelector(".chart"), x, y, shown.pins)];
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
