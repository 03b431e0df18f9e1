// SPDX-License-Identifier: MIT
// The table of all points; only the rows in sight are in the document.
"use strict";

const columns = [
  {name: "point", isNumber: true, value: row => points.number[row], text: row => String(points.number[row])},
  ...study.axes.map((axis, i) => ({
    name: axis.key, isNumber: axis.counts !== null, unit: axis.unit,
    value: row => (axis.counts ?? axis.texts)[points.place[i][row]], text: row => axis.texts[points.place[i][row]],
  })),
  ...(study.seeds > 1 ? [{name: "seed", isNumber: false, value: row => points.seed[row], text: row => points.seed[row]}] : []),
  {name: "ending", isNumber: false, value: row => points.ending[row], text: row => points.ending[row]},
  ...study.metrics.map(({name, unit}, metric) => ({
    name, isNumber: true, unit, isExtra: metric !== study.view.metric,
    value: row => points.values[metric][row], text: row => written(points.values[metric][row], unit),
  })).sort((a, b) => a.isExtra - b.isExtra),
];

const table = document.querySelector(".table"), search = document.querySelector(".filter input"), statusLine = document.querySelector(".filter [role=status]");
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
const comparison = new RegExp(String.raw`([\w.]+)\s*(<=|>=|==|!=|=|<|>)\s*("[^"]*"|-?[\d.]+(?:\s*(?:${unitNames})(?![\w/]))?|\S+)`, "g");
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
    const all = [...columns.map(each => each.text(row)), points.command[row], points.reasons[row] ?? ""].join("\n").toLowerCase();
    return words.every(word => all.includes(word));
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
  const cell = Object.assign(document.createElement("td"), {colSpan: columns.length});
  cell.style.height = `${height}px`;
  const row = Object.assign(document.createElement("tr"), {className: "gap"});
  row.append(cell);
  return row;
}
function showRows(first = Math.max(0, Math.floor(table.scrollTop / rowHeight) - 10), count = Math.ceil(table.clientHeight / rowHeight) + 20) {
  const rows = shownRows.slice(first, first + count).map(row => {
    const line = document.createElement("tr");
    line.dataset.row = row;
    if (row === chosen) line.setAttribute("aria-selected", "true");
    for (const column of columns) {
      const cell = line.insertCell();
      cell.textContent = column.text(row);
      cell.className = [column.isNumber && "number", column.isExtra && "extra", points.ending[row] !== "done" && column.name === "ending" && "bad"].filter(Boolean).join(" ");
    }
    return line;
  });
  const left = shownRows.length - first - rows.length;
  table.querySelector("tbody").replaceChildren(...(first > 0 ? [gap(first * rowHeight)] : []), ...rows, ...(left > 0 ? [gap(left * rowHeight)] : []));
}
function showHead() {
  const head = document.createElement("tr");
  for (const column of columns) {
    const cell = document.createElement("th"), button = Object.assign(document.createElement("button"), {type: "button", textContent: column.name});
    cell.className = [column.isNumber && "number", column.isExtra && "extra"].filter(Boolean).join(" ");
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
    cell.append(button);
    head.append(cell);
  }
  table.querySelector("thead").replaceChildren(head);
}
function choose(row) {
  chosen = row;
  const code = Object.assign(document.createElement("code"), {textContent: points.command[row]});
  const copy = Object.assign(document.createElement("button"), {type: "button", textContent: "Copy", className: "no-print"});
  copy.onclick = () => { getSelection().selectAllChildren(code); document.execCommand("copy"); };  // works from a file, too
  const reason = points.reasons[row] ? ` ${points.ending[row]}: ${points.reasons[row]}` : "";
  document.getElementById("chosen").replaceChildren(`Point ${points.number[row]}:${reason} `, code, " ", copy);
  showRows();
}

function showTable() {
  search.placeholder = study.condition && conditionMetric >= 0 ? `${study.condition.metric} > 0, or any words` : "words, or comparisons such as point < 100";
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
