// SPDX-License-Identifier: MIT
// The study as the report's program left it, and how its numbers are written.
"use strict";

const study = JSON.parse(document.getElementById("study").textContent);
const points = study.points;
const rowCount = points.number.length;
const openAxes = study.open;  // axes with more than one value

const scales = {
  ps: [["ps", 1], ["ns", 1e3], ["us", 1e6], ["ms", 1e9], ["s", 1e12]],
  B: [["B", 1], ["KiB", 2 ** 10], ["MiB", 2 ** 20], ["GiB", 2 ** 30]],
  "B/s": [["B/s", 1], ["kB/s", 1e3], ["MB/s", 1e6], ["GB/s", 1e9]],
  Hz: [["Hz", 1], ["kHz", 1e3], ["MHz", 1e6], ["GHz", 1e9]],
  "%": [["%", 0.01]],
  "": [["", 1]],
};
/** The largest unit of which `largest` is at least one. */
function scaleFor(unit, largest) {
  const [name, worth] = scales[unit].reduce((best, each) => (Math.abs(largest) >= each[1] ? each : best));
  return {name, worth};
}
const digits = new Intl.NumberFormat("en", {maximumSignificantDigits: 6});
const whole = new Intl.NumberFormat("en", {maximumFractionDigits: 4});
function written(value, unit) {
  if (value === null) return "";
  if (unit === "") return (Number.isInteger(value) ? whole : digits).format(value);
  const scale = scaleFor(unit, value);
  return `${digits.format(value / scale.worth)} ${scale.name}`;
}

/** A new element. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const axisName = axis => study.axes[axis].key;
const axisText = (axis, value) => study.axes[axis].texts[value];
const metricValue = (metric, row) => (points.ending[row] === "done" ? points.values[metric][row] : null);
const conditionMetric = study.condition ? study.metrics.findIndex(each => each.name === study.condition.metric) : -1;

/** Rows by place, that is by the places of their values on the axes; several only with several seeds. */
const rowsAt = new Map();
for (let row = 0; row < rowCount; ++row) {
  const place = points.place.map(axis => axis[row]).join();
  if (!rowsAt.has(place)) rowsAt.set(place, []);
  rowsAt.get(place).push(row);
}
const noRows = [];
const rowsOf = place => rowsAt.get(place.join()) ?? noRows;
/** Of zipped axes each value belongs to one place, wherever the others stand there. */
const zippedPlaces = new Map();
if (study.is_zipped)
  for (let row = 0; row < rowCount; ++row)
    zippedPlaces.set(points.place[openAxes[0]][row], points.place.map(axis => axis[row]));
function rowsAlong(axis, value, place) {
  return rowsOf(study.is_zipped ? zippedPlaces.get(value) ?? [] : place.with(axis, value));
}

const relations = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, "==": (a, b) => a === b,
  "!=": (a, b) => a !== b, ">=": (a, b) => a >= b, ">": (a, b) => a > b,
};
/** Whether the condition holds for all the rows; null where nothing was run, or nothing is asked. */
function holdsFor(rows) {
  if (!study.condition || rows.length === 0) return null;
  return rows.every(row => {
    const value = conditionMetric < 0 ? null : metricValue(conditionMetric, row);
    return value !== null && relations[study.condition.relation](value, study.condition.value);
  });
}

/** What was measured in the rows, or null. */
function measured(metric, rows) {
  const values = rows.map(row => metricValue(metric, row)).filter(value => value !== null);
  if (values.length === 0) return null;
  return {mean: values.reduce((a, b) => a + b) / values.length, low: Math.min(...values), high: Math.max(...values)};
}
/** What hovering tells. */
function tipOf(metric, rows) {
  const row = rows[0], {name, unit} = study.metrics[metric], value = measured(metric, rows);
  const axes = study.is_zipped ? [...study.axes.keys()] : openAxes;
  const lines = axes.map(axis => `${axisName(axis)}: ${axisText(axis, points.place[axis][row])}`);
  if (value) lines.push(`${name}: ${written(value.mean, unit)}`);
  if (value && value.low !== value.high) lines.push(`from ${written(value.low, unit)} to ${written(value.high, unit)}`);
  if (study.condition) lines.push(`${study.condition.text}: ${holdsFor(rows) ? "yes" : "no"}`);
  for (const each of rows)
    if (points.ending[each] !== "done") lines.push(`${points.ending[each]}: ${points.reasons[each] ?? ""}`);
  return lines.join("\n");
}
const rangeOfMetric = study.metrics.map((_, metric) => {
  let low = Infinity, high = -Infinity;
  for (let row = 0; row < rowCount; ++row) {
    const value = metricValue(metric, row);
    if (value !== null) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  return {low, high};
});
