// SPDX-License-Identifier: MIT
// Heat maps and curves. Whatever has a theme gets its colour from a variable of the style sheet.
"use strict";

// Even in lightness, and told apart by the colour-blind and in grey.
const viridis = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
function viridisAt(position) {
  const at = position * (viridis.length - 1), below = Math.min(Math.floor(at), viridis.length - 2);
  const parts = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
  const low = parts(viridis[below]), high = parts(viridis[below + 1]);
  return `rgb(${low.map((each, i) => Math.round(each + (high[i] - each) * (at - below))).join()})`;
}

// Lines and their labels stand on paper: the light end on white, or the dark one on black, would not be seen.
const shades = 24;
function shadesFrom(from, to) {
  const at = i => viridisAt(from + (to - from) * i / (shades - 1));
  const rules = Array.from({length: shades}, (_, i) => `--shade${i}: ${at(i)};`);
  return `:root { ${rules.join(" ")} }`;
}
document.head.append(make("style", {
  textContent: `${shadesFrom(0, 0.82)} @media screen and (prefers-color-scheme: dark) { ${shadesFrom(0.4, 1)} }`,
}));
const shade = (index, count) => `var(--shade${count < 2 ? 6 : Math.round(index * (shades - 1) / (count - 1))})`;

const config = {
  background: null,
  font: "inherit",
  view: {stroke: null},
  axis: {
    labelColor: "var(--quiet)", titleColor: "var(--ink)", domainColor: "var(--line)", tickColor: "var(--line)",
    gridColor: "var(--line)", tickSize: 4,
    labelFontSize: 11, titleFontSize: 11.5, titleFontWeight: 500, titlePadding: 8,
  },
};

const tip = document.getElementById("tip");
function showTip(_, event, __, text) {
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const {width, height} = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 4))}px`;
  tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18}px`;
}

const views = new Map();
function draw(element, spec) {
  views.get(element)?.finalize();
  element.replaceChildren();
  const compiled = vegaLite.compile({...spec, config, autosize: {type: "fit", contains: "padding"}, padding: 0}).spec;
  const view = new vega.View(vega.parse(compiled), {renderer: "svg", container: element, hover: true});
  view.tooltip(showTip);
  views.set(element, view);
  return view.runAsync();
}
function forget(element) {
  for (const chart of element.querySelectorAll(".chart")) {
    views.get(chart)?.finalize();
    views.delete(chart);
  }
  element.replaceChildren();
}

/** Places 0, 1, 2... on an axis, labelled with their values. */
function band(axis, field) {
  const {key, texts} = study.axes[axis];
  return {
    field, type: "quantitative", title: key,
    scale: {domain: [-0.5, texts.length - 0.5], nice: false, zero: false},
    axis: {values: texts.map((_, i) => i), labelExpr: `${JSON.stringify(texts)}[datum.value]`, grid: false,
           labelOverlap: "greedy", labelSeparation: 8, domain: false, ticks: false, labelPadding: 5},
  };
}
function cellsSpec(x, y, width, layers) {
  const rows = study.axes[y].texts.length;
  return {
    width, height: Math.min(Math.max(rows * 27, 110), width > 600 ? 440 : 340) + 44,
    encoding: {x: band(x, "x"), y: band(y, "y")},
    layer: layers,
  };
}
function cellLayer(cells, color, isSeparate = true) {
  const values = cells.map(({x, y, ...rest}) => ({...rest, x: x - 0.5, x2: x + 0.5, y: y - 0.5, y2: y + 0.5}));
  return {
    data: {values},
    mark: {type: "rect", ...(isSeparate && {cornerRadius: 2.5, stroke: "var(--ground)", strokeWidth: 2})},
    encoding: {x2: {field: "x2"}, y2: {field: "y2"}, color, tooltip: {field: "tip"}},
  };
}
const colourOf = (field, low, high) =>
  ({field, type: "quantitative", legend: null, scale: {domain: [low, high], range: viridis}});
const textLayer = (values, mark) => ({
  data: {values}, mark: {type: "text", fontSize: 11, ...mark},
  encoding: {text: {field: "text"}, tooltip: {field: "tip"}},
});

/** Along the edges of cells: between those where the condition holds and those where it does not. */
function frontier(width, height, holds) {
  const edges = [];
  for (let x = 0; x < width; ++x)
    for (let y = 0; y < height; ++y) {
      const here = holds(x, y);
      if (here === null) continue;
      const right = x + 1 < width ? holds(x + 1, y) : null, above = y + 1 < height ? holds(x, y + 1) : null;
      if (right !== null && right !== here) edges.push({x: x + 0.5, x2: x + 0.5, y: y - 0.5, y2: y + 0.5});
      if (above !== null && above !== here) edges.push({x: x - 0.5, x2: x + 0.5, y: y + 0.5, y2: y + 0.5});
    }
  return edges;
}
const frontierLayers = edges => [["var(--ground)", 6], ["var(--ink)", 2.5]].map(([color, size]) => ({
  data: {values: edges}, mark: {type: "rule", color, size, strokeCap: "square", tooltip: null},
  encoding: {x2: {field: "x2"}, y2: {field: "y2"}},
}));

function drawHeatMap(element, metric, x, y, place) {
  const width = study.axes[x].texts.length, height = study.axes[y].texts.length;
  const rows = (i, j) => rowsOf(place.with(x, i).with(y, j));
  const cells = [], undone = [];
  for (let i = 0; i < width; ++i)
    for (let j = 0; j < height; ++j) {
      const here = rows(i, j), value = measured(metric, here);
      if (value) cells.push({x: i, y: j, value: value.mean, tip: tipOf(metric, here)});
      else if (here.length) undone.push({x: i, y: j, text: "×", tip: tipOf(metric, here)});
    }
  const {low, high} = rangeOfMetric[metric];
  const color = colourOf("value", low, high > low ? high : low + 1);
  const isDense = Math.max(width, height) > 40;
  element.classList.toggle("dense", isDense);
  const edges = frontier(width, height, (i, j) => holdsFor(rows(i, j)));
  return draw(element, cellsSpec(x, y, element.clientWidth, [
    cellLayer(cells, color, !isDense),
    textLayer(undone, {color: "var(--quiet)", fontSize: 14}), ...frontierLayers(edges)]));
}

/** Where along the question's axis the condition begins, or ceases, to hold. */
function drawAnswerMap(element, x, y, pins) {
  const {along} = study, {key, texts: names} = study.axes[along], last = names.length - 1;
  const rest = openAxes.filter(axis => ![x, y, along].includes(axis));
  const cells = [], without = [];
  for (const {others, shape, first, last: end} of study.answer.outcomes) {
    if (shape === "not_run" || rest.some(axis => others[axis] !== pins[axis])) continue;
    const cell = {x: others[x], y: others[y]};
    const value = shape === "up_to" ? end : first, bound = names[value];
    const words = {
      nowhere: `no ${key}`, mixed: `${key} here and there`, everywhere: `every ${key}`,
      from: `${key} of at least ${bound}`, up_to: `${key} of at most ${bound}`,
    }[shape];
    cell.tip = [...[x, y].map(axis => `${axisName(axis)}: ${axisText(axis, others[axis])}`), words].join("\n");
    if (shape === "nowhere" || shape === "mixed") without.push({...cell, text: shape === "mixed" ? "mixed" : "none"});
    else cells.push({...cell, value, text: bound});
  }
  const color = colourOf("value", 0, last);
  const room = (element.clientWidth - 70) / study.axes[x].texts.length;
  const fits = room >= 7 * Math.max(4, ...cells.map(each => each.text.length));
  const texts = (values, color) => textLayer(values, {color, fontSize: Math.min(11.5, room / 4.2)});
  const labels = fits ? [
    texts(cells.filter(each => 2 * each.value > last), "#111"),
    texts(cells.filter(each => 2 * each.value <= last), "#fff"),
    texts(without, "var(--quiet)"),
  ] : [textLayer(without.map(each => ({...each, text: "–"})), {color: "var(--quiet)"})];
  return draw(element, cellsSpec(x, y, element.clientWidth, [
    cellLayer(cells, color), cellLayer(without, {value: "var(--missing)"}), ...labels]));
}

/** Moves labels apart that would run into each other; all in points from the top. */
function apart(labels, distance, bottom) {
  labels.sort((a, b) => a.at - b.at);
  labels.forEach((each, i) => { if (i) each.at = Math.max(each.at, labels[i - 1].at + distance); });
  for (let i = labels.length - 1, most = bottom; i >= 0; --i, most -= distance) {
    labels[i].at = Math.min(labels[i].at, most);
    most = labels[i].at;
  }
}

function drawCurves(element, metric, axis, colours, pins) {
  const {key, texts, counts} = study.axes[axis], {name, unit} = study.metrics[metric];
  const {low, high} = rangeOfMetric[metric], scale = scaleFor(unit, Math.max(Math.abs(low), Math.abs(high)));
  const end = texts.length - 1, isDense = counts && end > 40;
  const across = isDense ? scaleFor(study.axes[axis].unit, counts[end]) : {name: "", worth: 1};
  const positions = counts?.map(count => count / across.worth) ?? texts.map((_, i) => i);
  const logarithmic = counts && counts[0] > 0 && counts[end] >= 16 * counts[0];
  const count = colours === null ? 1 : study.axes[colours].texts.length;
  const values = [], step = Math.floor((count - 1) / study.view.most_panels) + 1;  // more lines could not be told apart
  for (let series = 0; series < count; series += step) {
    const place = colours === null ? pins : pins.with(colours, series);
    for (let value = 0; value <= end; ++value) {
      const rows = rowsAlong(axis, value, place), found = measured(metric, rows);
      if (!found) continue;
      const [y, low, high] = [found.mean, found.low, found.high].map(each => each / scale.worth);
      values.push({series, x: positions[value], y, low, high, tip: tipOf(metric, rows)});
    }
  }
  let bottom = low / scale.worth, top = high / scale.worth;  // of all points, so that panels and choices compare
  if (bottom > 0 && bottom < 0.6 * top) bottom = 0;
  if (top === bottom) top = bottom + (Math.abs(bottom) || 1);
  const height = 230, widest = colours === null ? 0 : Math.max(...study.axes[colours].texts.map(text => text.length));
  const all = [...Array(count).keys()];
  const ranked = {domain: all, range: all.map(i => shade(i, count))};
  const color = {field: "series", type: "ordinal", legend: null, scale: ranked};

  const labels = [];
  if (colours !== null) {
    for (let series = 0; series < count; series += step) {
      const last = values.filter(each => each.series === series).at(-1);
      const at = last && (top - last.y) / (top - bottom) * height;
      if (last) labels.push({series, x: last.x, at, text: axisText(colours, series)});
    }
    apart(labels, 13, height);
    for (const each of labels) each.y = top - each.at / height * (top - bottom);
  }
  const limit = metric === conditionMetric ? study.condition.value / scale.worth : NaN;
  const line = limit > bottom && limit < top ? [{
    data: {values: [{y: limit}]},
    mark: {type: "rule", color: "var(--quiet)", strokeDash: [4, 3]},
    encoding: {y: {field: "y", type: "quantitative"}},
  }, {
    data: {values: [{y: limit, text: study.condition.text}]},
    mark: {type: "text", align: "left", dy: -7, dx: 4, fontSize: 10.5, color: "var(--quiet)"},
    encoding: {x: {value: 0}, y: {field: "y", type: "quantitative"}, text: {field: "text"}},
  }] : [];
  const labelExpr = `${JSON.stringify(texts)}[indexof(${JSON.stringify(positions)}, datum.value)]`;
  const seedRange = study.seeds < 2 ? [] : [{y: {field: "low", type: "quantitative"}, y2: {field: "high"}, color}];
  const layer = (data, mark, encoding) => ({data: {values: data}, mark, encoding: {
    x: {field: "x", type: "quantitative", title: across.name ? `${key} (${across.name})` : key,
        scale: {domain: [positions[0], positions[end]], nice: false, ...(logarithmic ? {type: "log"} : {zero: false})},
        axis: {grid: false, labelOverlap: "greedy", labelSeparation: 8,
               ...(!isDense && {values: positions, labelExpr})}},
    y: {field: "y", type: "quantitative", title: scale.name ? `${name} (${scale.name})` : name,
        scale: {domain: [bottom, top], nice: false, zero: false},
        axis: {tickCount: 5, labelPadding: 8, domain: false, ticks: false, gridOpacity: 0.6,
               ...(unit === "" && {tickMinStep: 1})}},
    ...encoding}});
  return draw(element, {
    width: Math.max(element.clientWidth - 8 * widest - (colours === null ? 0 : 12), 160), height: height + 48,
    layer: [
      ...seedRange.map(encoding => layer(values, {type: "area", opacity: 0.16}, encoding)),
      ...line,
      layer(values, {type: "line", strokeWidth: 2, strokeJoin: "round"}, {color}),
      ...(isDense ? [] : [layer(values, {type: "point", filled: true, size: 28, opacity: 1}, {color})]),
      layer(values, {type: "point", filled: true, size: isDense ? 90 : 260, opacity: 0}, {tooltip: {field: "tip"}}),
      layer(labels, {type: "text", align: "left", dx: 8, fontSize: 11, clip: false}, {text: {field: "text"}, color}),
    ],
  });
}
