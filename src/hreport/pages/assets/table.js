// table.js: the comparison as a heat table.
//
// Hooks: #heat (the box that scrolls); td[data-line][data-area][data-report][data-key][data-figure][data-state]
// [data-shown][data-number][data-rank]: `data-shown` is the cell's text as `hreport compare` has it; an empty cell has
// no data-figure and data-state "missing"; th.column[data-key], th[data-line]; #kept says how many figures are left.

"use strict";

const comparison = (() => {
  const { lines, areas, indicators, figures } = model;
  let result = null;
  let grid = null;
  const byKey = new Map();

  // Words for a reader of screens, and for the tip of a cell.
  function inWords(cell) {
    const parts = [];
    if (cell.state === "masked") parts.push(maskWords(cell.figure));
    else if (cell.state !== "plain") parts.push(code("state", cell.state));
    if (cell.rank) parts.push(word("rank_of", { rank: cell.rank, of: cell.of }));
    return parts.join(word("list_comma"));
  }

  // What stands where, under the pointer: in the middle of a wide table its headings are far away.
  const hint = (cell, line, column) => [
    [model.lineName(line), model.lineKind(line)].filter(Boolean).join(" \u00b7 "), column.label,
    [cell.shown, ...cell.marks, lines[line].unit !== "%" && cell.state !== "masked" && lines[line].unit].filter(Boolean).join(" "), inWords(cell),
  ].filter(Boolean).join("\n");

  function fill(td, cell, line, column) {
    td.dataset.line = line;
    td.dataset.key = column.key;
    if (column.area !== null && column.area !== undefined) td.dataset.area = column.area;
    if (state.now.by === "report") td.dataset.report = column.report;
    td.dataset.state = cell ? cell.state : "missing";
    if (!cell) return;
    td.title = visible(hint(cell, line, column));
    td.dataset.figure = cell.figure;
    td.dataset.shown = cell.text;
    if (cell.number !== null && cell.state !== "masked") td.dataset.number = cell.number;
    if (cell.rank) td.dataset.rank = cell.rank;
    if (cell.step !== undefined) td.classList.add(`${cell.scale}${cell.step < 0 ? "-" : "+"}${Math.abs(cell.step)}`);
    const beneath = [cell.year && `(${cell.year})`, cell.state === "masked" && interval(cell.figure),
      state.now.ranks && cell.rank && `${cell.rank}/${cell.of}`].filter(Boolean).join(" ");
    put(td,
      make("span", { class: "value" }, quoted(cell.shown), cell.marks.map((mark) => make("span", { class: "sign" }, mark))),
      beneath && make("span", { class: "beneath" }, beneath), unseen(inWords(cell)));
  }

  function lineHead(th, line, row) {
    const indicator = indicators[lines[line].indicator];
    th.dataset.line = line;
    th.title = visible([model.nameOf(indicator), language.now === "en" ? indicator.name : indicator.en].join("\n"));
    const kind = model.lineKind(line);
    put(th, make("span", { class: "name" }, quoted(model.nameOf(indicator))),
      make("span", { class: "beneath" }, lines[line].unit && quoted(lines[line].unit, { class: "unit" }), kind && ` \u00b7 ${kind}`,
        row && make("span", { class: "share" }, ` ${row.stated}/${result.columns.length}`)));
  }

  function columnHead(th, column) {
    th.dataset.key = column.key;
    th.title = visible([column.label, column.detail].filter(Boolean).join("\n"));
    // The name, and beneath it what tells it from others: (file.txt#1) 2023, #1 and the place
    const [, name, rest] = /^(.*?)(\s+[([\d?].*|#\d+)?$/s.exec(column.label) || [null, column.label, ""];
    const beneath = [(rest || "").trim(), column.detail].filter(Boolean).join(" ");
    const at = beneath.lastIndexOf("#"); // reports of one file differ in their number alone: that is never cut off
    const parts = at > 0 ? [quoted(beneath.slice(0, at)), quoted(beneath.slice(at))] : quoted(beneath);
    put(th, make("span", { class: "name" }, quoted(name)), beneath && make("span", { class: at > 0 ? "beneath parted" : "beneath" }, parts));
  }

  const arrow = (order, key) => {
    const [at, way] = order.split(".");
    return at === key ? { sort: way === "up" ? "ascending" : "descending", sign: way === "up" ? " \u25b2" : " \u25bc" } : null;
  };
  function showOrder(th, order, key, isColumn) {
    const found = arrow(order, key);
    if (isColumn) th.setAttribute("aria-sort", found ? found.sort : "none");
    if (found) put(th, make("span", { class: "arrow" }, found.sign));
  }

  // Order by the numbers of one column (or row): masks, damaged figures and gaps stand last, whatever the direction.
  function ordered(items, order, numberOf) {
    const [, way] = order.split(".");
    const sign = way === "up" ? 1 : -1;
    const keyed = items.map((item, at) => [item, numberOf(item), at]);
    keyed.sort((a, b) => (a[1] === null) - (b[1] === null) || (a[1] === null ? 0 : sign * (a[1] - b[1])) || a[2] - b[2]);
    return keyed.map(([item]) => item);
  }
  // What can be ordered by: a sound number (a repaired one is computed with, too).
  const sortable = (cell) => (cell && cell.state !== "masked" && cell.state !== "damaged" ? cell.number : null);

  function orderedRows() {
    const order = state.now.rows;
    const collator = new Intl.Collator(language.now);
    if (order === "name") return result.rows.slice().sort((a, b) => collator.compare(model.lineName(a.line), model.lineName(b.line)) || a.line - b.line);
    if (order === "stated") return result.rows.slice().sort((a, b) => b.stated - a.stated || a.line - b.line);
    if (byKey.has(order.split(".")[0])) return ordered(result.rows, order, (row) => sortable(row.cells.get(order.split(".")[0])));
    return result.rows;
  }
  function orderedColumns() {
    const order = state.now.columns;
    const collator = new Intl.Collator(language.now);
    if (order === "name") return result.columns.slice().sort((a, b) => collator.compare(a.label, b.label));
    if (order === "stated") return ordered(result.columns, "stated.down", (column) => column.stated);
    const row = result.rows.find((one) => `l${one.line}` === order.split(".")[0]);
    return row ? ordered(result.columns, order, (column) => sortable(row.cells.get(column.key))) : result.columns;
  }

  // The catalogue's groups as headings between rows, where these stand in its order.
  function grouped(rows) {
    if (state.now.rows) return rows;
    const found = [];
    let group = null;
    for (const row of rows) {
      const indicator = indicators[lines[row.line].indicator];
      if (indicator.group !== group) {
        group = indicator.group;
        found.push({ group: true, label: model.groupOf(indicator) });
      }
      found.push(row);
    }
    return found;
  }

  const turn = (order, key) => ({ [`${key}.down`]: `${key}.up`, [`${key}.up`]: "" }[order] ?? `${key}.down`);

  function build() {
    const across = () => state.now.across === "1";
    const open = (line, key) => {
      const cell = result.rows.find((row) => row.line === line)?.cells.get(key);
      if (cell) detail.open(cell.figure, cell.candidates);
    };
    grid = new Grid(byId("heat"), {
      headWidth: () => (narrow.matches ? 122 : language.now === "en" && window.innerWidth > 1200 ? 320 : 250),
      headHeight: () => (narrow.matches ? 58 : 62),
      rowHeight: () => (narrow.matches ? 48 : 42),
      groupHeight: () => 28,
      width: (item) => (across() ? (narrow.matches ? 104 : 128) : narrow.matches ? 88 : 100),
      corner: (th) => put(th, word(across() ? "places" : "indicators"), " / ", word(across() ? "indicators" : "places")),
      groupHead: (th, row) => put(th, make("span", { class: "name" }, row.label)),
      columnHead: (th, item) => {
        if (across()) lineHead(th, item.line);
        else columnHead(th, item);
        showOrder(th, across() ? state.now.columns : state.now.rows, across() ? `l${item.line}` : item.key, true);
      },
      rowHead: (th, item) => {
        if (across()) columnHead(th, item);
        else lineHead(th, item.line, item);
        showOrder(th, across() ? state.now.rows : state.now.columns, across() ? item.key : `l${item.line}`, false);
        th.setAttribute("aria-haspopup", "menu");
      },
      cell: (td, row, column) => {
        const [line, place] = across() ? [column, row] : [row, column];
        fill(td, line.cells.get(place.key), line.line, place);
      },
      onCell: (row, column) => (across() ? open(column.line, row.key) : open(row.line, column.key)),
      onColumn: (item) => (across()
        ? state.change({ columns: turn(state.now.columns, `l${item.line}`) })
        : state.change({ rows: turn(state.now.rows, item.key) })),
      onRow: (item, th) => (across() ? placeMenu(item, th) : lineMenu(item, th)),
    });
  }

  function lineMenu(row, th) {
    const key = `l${row.line}`;
    const numbers = [["stated", `${row.stated}/${result.columns.length}`], ["comparable", row.comparable], ["minimum", plain(row.minimum)],
      ["median", plain(row.median)], ["maximum", plain(row.maximum)], ["masked_cells", row.masked], ["doubtful_cells", row.doubtful]];
    menu.open(th, model.lineName(row.line), [
      [word("sort_columns_down"), () => state.change({ columns: `${key}.down` }), state.now.columns === `${key}.down`],
      [word("sort_columns_up"), () => state.change({ columns: `${key}.up` }), state.now.columns === `${key}.up`],
      [word("sort_none"), () => state.change({ columns: "" }), state.now.columns === ""],
      [word("show_chart"), () => state.change({ view: "charts", chart: String(row.line) })],
      [word("only_this_indicator"), () => state.change({ indicator: indicators[lines[row.line].indicator].name })],
    ], numbers.filter(([, number]) => number !== ""));
  }

  function placeMenu(column, th) {
    menu.open(th, column.label, [
      [word("sort_rows_down"), () => state.change({ rows: `${column.key}.down` })],
      [word("sort_rows_up"), () => state.change({ rows: `${column.key}.up` })],
      [word("sort_none"), () => state.change({ rows: "" })],
      [word("only_this_place"), () => state.change({ areas: [model.areaKey(column.area)] })],
    ], []);
  }

  function show() {
    if (!grid) build();
    result = model.compare(state.filter(), state.now.by, state.statuses(), state.measures());
    byKey.clear();
    for (const column of result.columns) byKey.set(column.key, column);
    const [rows, columns] = [orderedRows(), orderedColumns()];
    const isEmpty = !rows.length;
    byId("heat").hidden = isEmpty;
    byId("heat-empty").hidden = !isEmpty;
    if (!isEmpty) grid.show(...(state.now.across === "1" ? [columns, rows] : [grouped(rows), columns]), word("comparison"));
    const cells = rows.reduce((sum, row) => sum + row.stated, 0);
    byId("kept").textContent = state.onlyReport() + word("kept_cells", {
      rows: count(rows.length), columns: count(columns.length), cells: count(cells), figures: count(result.figures.length), all: count(model.size),
    });
    byId("main-year").textContent = result.year !== null && state.now.by === "area" ? word("main_year", { year: result.year }) : "";
  }

  return {
    show, fill, lineHead, columnHead, orderedRows, orderedColumns, grouped,
    get result() { return result; },
  };
})();
