// grid.js: a table that only draws what is in sight, in both directions, and that arrow keys walk through.
//
// A real <table role="grid"> with spacers; aria-rowcount, -colcount, -rowindex and -colindex tell the whole. Row and
// column 1 are the headings. One cell has tabindex 0 (roving). Rows: {group: true, ...} is a heading between rows.
// Where columns have no width all of them are drawn: a style sheet may make a card of each row. Roles are said, since
// such a style takes from a table what it is.

"use strict";

class Grid {
  // options: headWidth(), headHeight(), rowHeight(), groupHeight(), width(column), corner(th), columnHead(th, column),
  // rowHead(th, row), groupHead(th, row), cell(td, row, column), onCell(row, column, td), onColumn(column, th),
  // onRow(row, th), onDrawn(). Those of `on` are called for clicks and Enter.
  constructor(box, options) {
    this.box = box;
    this.options = options;
    this.rows = [];
    this.columns = [];
    this.at = [0, 0]; // of the active cell; -1 is a heading
    this.table = make("table", { role: "grid", class: "grid" });
    this.widths = make("colgroup");
    this.head = make("thead", { role: "rowgroup" });
    this.body = make("tbody", { role: "rowgroup" });
    this.table.append(this.widths, this.head, this.body);
    box.replaceChildren(this.table);
    box.addEventListener("scroll", () => this.onScroll(), { passive: true });
    box.addEventListener("click", (event) => this.onClick(event));
    box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  show(rows, columns, label) {
    this.rows = rows;
    this.columns = columns;
    this.table.setAttribute("aria-label", label);
    this.at = [Math.min(this.at[0], rows.length - 1), Math.min(this.at[1], columns.length - 1)];
    if (this.rows[this.at[0]]?.group) this.at[0] += 1;
    this.draw(true);
  }

  measure() {
    const { options } = this;
    this.tops = [0];
    for (const row of this.rows) this.tops.push(this.tops.at(-1) + (row.group ? options.groupHeight() : options.rowHeight()));
    this.lefts = [0];
    for (const column of this.columns) this.lefts.push(this.lefts.at(-1) + options.width(column));
    this.headWidth = options.headWidth();
  }

  // The window of rows and columns that is in sight, with some more on each side.
  window() {
    const within = (edges, from, to) => {
      let first = 0;
      while (first < edges.length - 1 && edges[first + 1] <= from) first += 1;
      let last = first;
      while (last < edges.length - 1 && edges[last] < to) last += 1;
      return [first, last];
    };
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.box;
    return [
      ...within(this.tops, scrollTop - 240, scrollTop + clientHeight + 240),
      ...within(this.lefts, scrollLeft - 300, scrollLeft + clientWidth - this.headWidth + 300),
    ];
  }

  onScroll() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw(anew = false) {
    if (!this.box.clientWidth) return; // not in sight
    if (anew || this.headWidth !== this.options.headWidth()) {
      this.measure();
      anew = true;
    }
    const [top, bottom, left, right] = this.window();
    const drawn = this.drawn;
    const sameColumns = !anew && drawn && drawn[2] === left && drawn[3] === right;
    if (sameColumns && drawn[0] === top && drawn[1] === bottom) return;
    const focused = this.box.contains(document.activeElement) && document.activeElement !== this.box;
    if (!sameColumns) this.drawHead(left, right);
    const kept = new Map(sameColumns ? [...this.body.children].filter((tr) => tr.rowAt !== undefined).map((tr) => [tr.rowAt, tr]) : []);
    const all = [this.gap(this.tops[top], right - left)];
    for (let at = top; at < bottom; at++) all.push(kept.get(at) || this.drawRow(at, left, right));
    all.push(this.gap(this.tops.at(-1) - this.tops[bottom], right - left));
    this.body.replaceChildren(...all);
    this.drawn = [top, bottom, left, right];
    this.mark(focused);
    this.options.onDrawn?.();
  }

  drawHead(left, right) {
    const { options } = this;
    const widths = [this.headWidth, this.lefts[left]];
    for (let at = left; at < right; at++) widths.push(this.lefts[at + 1] - this.lefts[at]);
    widths.push(this.lefts.at(-1) - this.lefts[right]);
    this.widths.replaceChildren(...widths.map((width) => make("col", { style: `width:${width}px` })));
    this.table.style.width = `${this.headWidth + this.lefts.at(-1)}px`;
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.table.setAttribute("aria-colcount", this.columns.length + 1);
    const corner = make("th", { scope: "col", role: "columnheader", class: "corner" });
    options.corner(corner);
    this.place(corner, -1, -1);
    const cells = [corner, make("td", { "aria-hidden": "true", class: "gap" })];
    for (let at = left; at < right; at++) {
      const cell = make("th", { scope: "col", role: "columnheader", class: "column" });
      options.columnHead(cell, this.columns[at]);
      this.place(cell, -1, at);
      cells.push(cell);
    }
    cells.push(make("td", { "aria-hidden": "true", class: "gap" }));
    const row = make("tr", { role: "row", "aria-rowindex": 1, style: `height:${options.headHeight()}px` }, cells);
    this.head.replaceChildren(row);
  }

  drawRow(at, left, right) {
    const { options } = this;
    const item = this.rows[at];
    const height = item.group ? options.groupHeight() : options.rowHeight();
    const row = make("tr", { role: "row", "aria-rowindex": at + 2, class: item.group ? "group" : null, style: `height:${height}px` });
    row.rowAt = at;
    const head = make("th", { scope: item.group ? "rowgroup" : "row", role: "rowheader" });
    (item.group ? options.groupHead : options.rowHead)(head, item);
    this.place(head, at, -1);
    row.append(head);
    if (item.group) {
      row.append(make("td", { "aria-hidden": "true", class: "gap", colspan: right - left + 2 }));
      return row;
    }
    row.append(make("td", { "aria-hidden": "true", class: "gap" }));
    for (let column = left; column < right; column++) {
      const cell = make("td", { role: "gridcell" });
      options.cell(cell, item, this.columns[column]);
      this.place(cell, at, column);
      row.append(cell);
    }
    row.append(make("td", { "aria-hidden": "true", class: "gap" }));
    return row;
  }

  gap(height, columns) {
    return make("tr", { "aria-hidden": "true", class: "gap", style: `height:${height}px` }, make("td", { colspan: columns + 3 }));
  }

  place(cell, row, column) {
    cell.setAttribute("aria-colindex", column + 2);
    cell.tabIndex = -1;
    cell.place = [row, column];
  }

  cellAt([row, column]) {
    const line = row < 0 ? this.head.firstChild : [...this.body.children].find((tr) => tr.rowAt === row);
    return [...(line?.children || [])].find((cell) => cell.place && cell.place[1] === column);
  }

  // Make the active cell the one that the Tab key reaches.
  mark(focus) {
    for (const cell of this.table.querySelectorAll("[tabindex='0']")) cell.tabIndex = -1;
    const cell = this.cellAt(this.at);
    this.box.tabIndex = cell ? -1 : 0;
    if (cell) cell.tabIndex = 0;
    if (focus) (cell || this.box).focus({ preventScroll: true });
  }

  goTo(row, column) {
    if (this.rows[row]?.group) row += row < this.at[0] ? -1 : 1; // headings between rows are passed over
    this.at = [Math.max(-1, Math.min(row, this.rows.length - 1)), Math.max(-1, Math.min(column, this.columns.length - 1))];
    const [to, across] = this.at;
    const { box } = this;
    if (to >= 0) {
      const room = box.clientHeight - this.head.offsetHeight;
      if (this.tops[to] < box.scrollTop) box.scrollTop = this.tops[to];
      else if (this.tops[to + 1] > box.scrollTop + room) box.scrollTop = this.tops[to + 1] - room;
    }
    if (across >= 0) {
      const room = box.clientWidth - this.headWidth;
      if (this.lefts[across] < box.scrollLeft) box.scrollLeft = this.lefts[across];
      else if (this.lefts[across + 1] > box.scrollLeft + room) box.scrollLeft = this.lefts[across + 1] - room;
    }
    this.draw();
    this.mark(true);
  }

  onKey(event) {
    const [row, column] = this.at;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.options.rowHeight()) - 2);
    const ends = event.ctrlKey || event.metaKey;
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [Math.max(0, row - page), column], PageDown: [row + page, column],
      Home: ends ? [-1, -1] : [row, -1], End: ends ? [this.rows.length - 1, this.columns.length - 1] : [row, this.columns.length - 1],
    }[event.key];
    if (to) {
      event.preventDefault();
      this.goTo(...to);
    } else if ((event.key === "Enter" || event.key === " ") && event.target.place) {
      event.preventDefault();
      this.activate(event.target);
    }
  }

  onClick(event) {
    const cell = event.target.closest("th, td");
    if (!cell?.place || !this.box.contains(cell)) return;
    this.at = cell.place;
    this.mark(true);
    this.activate(cell);
  }

  activate(cell) {
    const [row, column] = cell.place;
    const { options } = this;
    if (row >= 0 && column >= 0) options.onCell?.(this.rows[row], this.columns[column], cell);
    else if (column >= 0) options.onColumn?.(this.columns[column], cell);
    else if (row >= 0 && !this.rows[row].group) options.onRow?.(this.rows[row], cell);
  }
}
