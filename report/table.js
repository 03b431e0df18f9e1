// SPDX-License-Identifier: MIT
// The table of all points; only the rows in sight are in the document.
"use strict";

const columns = [
  {name: "point", isNumber: true, value: row => points.number[row], text: row => String(points.number[row])},
  ...study.axes.map((axis, i) => ({
    name: axis.key, isNumber: axis.counts !== null, unit: axis.unit,
    value: row => (axis.counts ?? axis.texts)[points.place[i][row]], text: row => axis.texts[points.place[i][row]],
  })),
  ...(study.seeds > 1 ? [{name: "seed", value: row => points.seed[row], text: row => points.seed[row]}] : []),
  {name: "ending", value: row => points.ending[row], text: row => points.ending[row]},
  ...study.metrics.map(({name, unit}, metric) => ({
    name, isNumber: true, unit, isExtra: metric !== study.view.metric,
    value: row => points.values[metric][row], text: row => written(points.values[metric][row], unit),
  })).sort((a, b) => a.isExtra - b.isExtra),
];

const table = document.querySelector(".table"), search = document.querySelector(".filter input");
const statusLine = document.querySelector(".filter [role=status]");
const rowHeight = 29;
let shownRows = [...points.number.keys()], sortedBy = columns[0], isDescending = false, chosen = null;

/** "32 KiB" in bytes, "8 us" in picoseconds; NaN for what is no quantity. */
function quantity(text, unit) {
  const [, number, name] = /^(-?[\d.]+(?:e[-+]?\d+)?)\s*(\S*)$/i.exec(text) ?? [];
  const worth = name ? scales[unit ?? ""].find(each => each[0] === name)?.[1] : 1;
  return number === undefined || worth === undefined ? NaN : Number(number) * worth;
}
function columnCalled(name) {
  const exact = columns.find(each => each.name === name);
  if (exact) return exact;
  const ending = columns.filter(each => each.name.endsWith("." + name));
  return ending.length === 1 ? ending[0] : undefined;
}
const unitNames = Object.values(scales).flat().map(each => each[0]).filter(Boolean).join("|");
const operand = String.raw`"[^"]*"|-?[\d.]+(?:\s*(?:${unitNames})(?![\w/]))?|\S+`;
const comparison = new RegExp(String.raw`([\w.]+)\s*(<=|>=|==|!=|=|<|>)\s*(${operand})`, "g");
/** "frames.dropped > 0 card.memory<=32 KiB refused": comparisons, and words that a row has to have. */
function parseFilter(text) {
  const tests = [];
  const words = text.replace(comparison, (all, name, relation, value) => {
    const column = columnCalled(name);
    if (!column) throw new Error(`there is no column ${name}`);
    const plain = value.replace(/^"|"$/g, "");
    const wanted = column.isNumber ? quantity(plain, column.unit) : plain;
    if (Number.isNaN(wanted)) throw new Error(`'${plain}' is no value of ${column.name}`);
    const holds = relations[relation === "=" ? "==" : relation];
    tests.push(row => column.value(row) !== null && holds(column.value(row), wanted));
    return " ";
  }).toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) tests.push(row => {
    const all = [...columns.map(each => each.text(row)), points.command[row], points.reasons[row] ?? ""];
    const text = all.join("\n").toLowerCase();
    return words.every(word => text.includes(word));
  });
  return row => tests.every(test => test(row));
}

function compare(a, b) {
  const [one, other] = [sortedBy.value(a), sortedBy.value(b)];
  if (one === null || other === null) return (one === null) - (other === null) || a - b;
  return (one < other ? -1 : one > other ? 1 : 0) * (isDescending ? -1 : 1) || a - b;
}
function selectRows() {
  try {
    shownRows = [...points.number.keys()].filter(parseFilter(search.value)).sort(compare);
  } catch (error) {
    statusLine.textContent = error.message;
    return;
  }
  showCount();
  table.scrollTop = 0;
  showRows();
}
function showCount(most = Infinity) {
  const selected = `${whole.format(shownRows.length)} of ${whole.format(rowCount)} points`;
  statusLine.textContent = shownRows.length > most ? `${selected}; the first ${most}:` : selected;
}

function gap(height) {
  const cell = make("td", {colSpan: columns.length});
  cell.style.height = `${height}px`;
  return make("tr", {className: "gap"}, cell);
}
const classOf = ({isNumber, isExtra}) => [isNumber && "number", isExtra && "extra"].filter(Boolean).join(" ");
function rowElement(row) {
  const cells = columns.map(column => make("td", {className: classOf(column), textContent: column.text(row)}));
  if (points.ending[row] !== "done") cells[columns.findIndex(each => each.name === "ending")].className = "bad";
  const line = make("tr", {}, ...cells);
  line.dataset.row = row;
  if (row === chosen) line.setAttribute("aria-selected", "true");
  return line;
}
const firstRow = () => Math.max(0, Math.floor(table.scrollTop / rowHeight) - 10);
function showRows(begin = firstRow(), count = Math.ceil(table.clientHeight / rowHeight) + 20) {
  const end = Math.min(begin + count, shownRows.length), rows = [];
  if (begin > 0) rows.push(gap(begin * rowHeight));
  rows.push(...shownRows.slice(begin, end).map(rowElement));
  if (end < shownRows.length) rows.push(gap((shownRows.length - end) * rowHeight));
  table.querySelector("tbody").replaceChildren(...rows);
}
function showHead() {
  const head = make("tr");
  for (const column of columns) {
    const button = make("button", {type: "button"}, column.name);
    const cell = make("th", {className: classOf(column)}, button);
    if (column === sortedBy) {
      cell.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      button.textContent += isDescending ? " ↓" : " ↑";
    }
    button.onclick = () => {
      isDescending = column === sortedBy && !isDescending;
      sortedBy = column;
      showHead();
      selectRows();
    };
    head.append(cell);
  }
  table.querySelector("thead").replaceChildren(head);
}
function choose(row) {
  chosen = row;
  const code = make("code", {}, points.command[row]);
  const copy = make("button", {type: "button", className: "no-print"}, "Copy");
  copy.onclick = () => {
    getSelection().selectAllChildren(code);
    document.execCommand("copy");  // which a page may do that is a file
  };
  const reason = points.reasons[row] ? ` ${points.ending[row]}: ${points.reasons[row]}` : "";
  document.getElementById("chosen").replaceChildren(`Point ${points.number[row]}:${reason} `, code, " ", copy);
  showRows();
}

function showTable() {
  search.placeholder = `words, or comparisons such as ${conditionMetric < 0 ? "point" : study.condition.metric} > 0`;
  search.oninput = selectRows;
  table.onscroll = () => requestAnimationFrame(() => showRows());
  table.onclick = event => {
    const line = event.target.closest("tr[data-row]");
    if (line) choose(Number(line.dataset.row));
  };
  table.onkeydown = event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key], next = shownRows[shownRows.indexOf(chosen) + step];
    if (!step || next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  addEventListener("beforeprint", () => { showCount(40); showRows(0, 40); });
  addEventListener("afterprint", () => { showCount(); showRows(); });
  showHead();
  selectRows();
  if (shownRows.length) choose(shownRows[0]);
}
