// lists.js: all figures, reports, findings of the check, and what was not read.
//
// Hooks: #figures-box (grid of all figures; td[data-figure][data-column]), #figures-kept; #reports-table
// tr[data-report] button; #findings li[data-finding] button[data-figure]; #issues-table tr[data-issue].

"use strict";

const lists = (() => {
  const { figures, reports } = model;
  const MANY = 100; // findings that are added at a time

  // --- all figures ---------------------------------------------------------------------------------------------------

  const columns = [
    { key: "value", width: 118 }, { key: "area", width: 150 }, { key: "year", width: 60 }, { key: "kind", width: 108 },
    { key: "sentence", width: 430 }, { key: "confidence", width: 70 }, { key: "file", width: 200 }, { key: "page", width: 60 },
  ];
  // On a phone each figure is a card: see .cards in report.css.
  const NO_WIDTH = 0, CARD = 192;
  let grid = null;

  const contents = {
    value: (figure) => [make("span", { class: "value" }, detail.signed(figure)), unseen(figures.state[figure] === "masked" ? maskWords(figure) : ""),
      make("span", { class: "beneath" }, figures.state[figure] === "masked" ? interval(figure) : quoted(unitBeside(figure)))],
    area: (figure) => quoted(model.areaName(figure)),
    year: (figure) => figures.year[figure] ?? "?",
    kind: (figure) => [code("status", figures.status[figure]), figures.measure[figure] !== "level" && code("measure", figures.measure[figure])].filter(Boolean).join(" \u00b7 "),
    sentence: (figure) => {
      const found = texts.ready && texts.around(figures, figure);
      if (!found) return "";
      const head = Array.from(found.head);
      return make("bdi", { class: "line" }, head.length > 16 ? `\u2026${head.slice(-14).join("")}` : found.head, make("mark", {}, found.span), found.tail);
    },
    confidence: (figure) => figures.confidence[figure]?.toFixed(2) ?? "",
    file: (figure) => quoted(model.reportName(figures.report[figure])),
    page: (figure) => figures.page[figure] ?? "",
  };

  function build() {
    grid = new Grid(byId("figures-box"), {
      headWidth: () => (narrow.matches ? byId("figures-box").clientWidth : 250),
      headHeight: () => 36,
      rowHeight: () => (narrow.matches ? CARD : 42),
      groupHeight: () => 28,
      width: (column) => (narrow.matches ? NO_WIDTH : column.width),
      corner: (th) => put(th, word("fact_indicator")),
      columnHead: (th, column) => {
        th.dataset.column = column.key;
        put(th, word(`column_${column.key}`));
      },
      rowHead: (th, row) => {
        const { figure } = row;
        const wording = figures.wording[figure];
        th.dataset.figure = figure;
        th.title = visible(model.figureName(figure));
        put(th, make("span", { class: model.indicatorOf(figure) ? "name" : "name unnamed" }, quoted(model.figureName(figure))),
          model.indicatorOf(figure) && wording && wording !== model.figureName(figure) && make("span", { class: "beneath" }, quoted(wording)));
      },
      cell: (td, row, column) => {
        td.dataset.figure = row.figure;
        td.dataset.column = column.key;
        td.dataset.label = word(`column_${column.key}`);
        if (column.key === "value") td.dataset.state = figures.state[row.figure];
        put(td, contents[column.key](row.figure));
      },
      onCell: (row) => detail.open(row.figure),
      onRow: (row) => detail.open(row.figure),
    });
  }

  function showFigures() {
    if (!grid) build();
    const found = model.filtered(state.filter(), state.statuses(), state.measures());
    byId("figures-box").hidden = !found.length;
    byId("figures-empty").hidden = found.length > 0;
    grid.show(found.map((figure) => ({ figure })), columns, word("view_figures"));
    byId("figures-kept").textContent = state.onlyReport() + word("kept_figures", { figures: count(found.length), all: count(model.size) });
    if (!texts.ready) {
      texts.load().then(() => {
        grid.draw(true);
        model.prepare((figure) => texts.sentence(figures, figure), () => state.now.view === "figures" && state.now.text && showFigures());
      });
    }
  }

  // --- reports -------------------------------------------------------------------------------------------------------

  // A cell that says its heading itself, where a row is a card; an empty one is left out there.
  function labelled(cell, name, heading) {
    cell.dataset.column = name;
    cell.dataset.label = word(heading);
    if (cell.tagName === "TD") cell.setAttribute("role", "cell");
    return cell;
  }

  let order = ["", 1];
  const reportColumns = ["report", "area", "year", "figures", "known", "masked", "damaged", "repaired", "doubtful", "masks"];
  const masksOf = (report) => Object.values(report.masks).reduce((sum, number) => sum + number, 0);

  function reportCells(report, number) {
    const kinds = Object.entries(report.masks).filter(([, many]) => many);
    const known = report.figures ? report.known / report.figures : 0;
    return {
      report: make("th", { scope: "row", role: "rowheader" }, make("button", { type: "button", class: "link", onclick: () => reportDetail.open(number) }, quoted(report.title || report.file)),
        make("span", { class: "beneath" }, quoted(`${report.file}#${report.report ?? 1}`))),
      area: make("td", {}, quoted(model.reportArea(number)), report.area_inferred && make("span", { class: "beneath" }, word("inferred"), " ", quoted(report.area_inferred))),
      year: make("td", { class: "number" }, report.year ?? "?"),
      figures: make("td", { class: "number" }, count(report.figures)),
      known: make("td", { class: "number" }, count(report.known), make("span", { class: "bar", style: `--part:${(known * 100).toFixed(1)}%` })),
      ...Object.fromEntries(["masked", "damaged", "repaired", "doubtful"].map((name) =>
        [name, make("td", { class: "number", "data-state": report[name] ? { doubtful: "doubt" }[name] || name : null }, report[name] ? count(report[name]) : "")])),
      masks: make("td", {}, masksOf(report) ? count(masksOf(report)) : "",
        kinds.length > 0 && make("span", { class: "beneath" }, kinds.map(([kind, many]) => `${code("kind", kind)} ${many}`).join(word("list_comma")))),
    };
  }

  const sortKeys = {
    report: (number) => reports[number].title || reports[number].file, area: (number) => model.reportArea(number), year: (number) => reports[number].year ?? -1,
    masks: (number) => masksOf(reports[number]),
  };
  function showReports() {
    const numbers = reports.map((_, number) => number);
    if (order[0]) {
      const key = sortKeys[order[0]] || ((number) => reports[number][order[0]]);
      const collator = new Intl.Collator(language.now);
      numbers.sort((a, b) => order[1] * (typeof key(a) === "string" ? collator.compare(key(a), key(b)) : key(a) - key(b)) || a - b);
    }
    const wanted = model.matcher(state.now.text);
    const shown = numbers.filter((number) => !wanted || wanted([reports[number].title, reports[number].file, model.reportArea(number)].filter(Boolean).join("\n").toLowerCase()));
    byId("reports-table").querySelector("thead").replaceChildren(make("tr", { role: "row" }, reportColumns.map((name) => make("th", {
      scope: "col", role: "columnheader", "data-label": word(`report_${name}`), "aria-sort": order[0] === name ? (order[1] > 0 ? "ascending" : "descending") : "none" },
    make("button", { type: "button", class: "link", onclick: () => {
      order = order[0] === name ? [name, -order[1]] : [name, ["report", "area"].includes(name) ? 1 : -1];
      showReports();
      byId("reports-table").querySelectorAll("thead button")[reportColumns.indexOf(name)].focus();
    } }, word(`report_${name}`), order[0] === name ? (order[1] > 0 ? " \u25b2" : " \u25bc") : "")))));
    byId("reports-table").querySelector("tbody").replaceChildren(...shown.map((number) => {
      const cells = reportCells(reports[number], number);
      return make("tr", { role: "row", "data-report": number }, reportColumns.map((name) => labelled(cells[name], name, `report_${name}`)));
    }));
  }

  // --- findings and issues -------------------------------------------------------------------------------------------

  let listed = 0;
  function finding(number) {
    const one = page.findings[number];
    return make("li", { "data-finding": number },
      make("p", {}, make("span", { class: one.note ? "badge note" : "badge" }, code("finding", one.code)), " ", quoted(one.message[language.now]),
        one.sure !== null && make("span", { class: "dim" }, ` (${word("sure")} ${Number(one.sure).toFixed(2)})`)),
      make("ul", { class: "parts" }, one.parts.map((part) => make("li", {}, make("button", { type: "button", "data-figure": part.figure, "data-state": figures.state[part.figure],
        onclick: () => detail.open(part.figure, one.parts.map((other) => other.figure)) },
      make("span", { class: "dim" }, code("part", part.role)), make("span", { class: "name" }, quoted(model.figureName(part.figure))),
      make("span", { class: "value" }, detail.signed(part.figure), " ", quoted(unitBeside(part.figure))),
      make("span", { class: "dim" }, quoted([model.areaName(part.figure), figures.year[part.figure]].filter(Boolean).join(" "))))))));
  }

  function showFindings() {
    const codesHere = [...new Set(page.findings.map((one) => one.code))].sort();
    const select = byId("finding-code");
    select.replaceChildren(make("option", { value: "" }, word("all_findings")), ...codesHere.map((name) =>
      make("option", { value: name }, `${code("finding", name)} (${page.findings.filter((one) => one.code === name).length})`)));
    select.value = codesHere.includes(state.now.code) ? state.now.code : "";
    const wanted = model.matcher(state.now.text);
    const own = page.findings.map((_, number) => number).filter((number) => {
      const one = page.findings[number];
      return (!select.value || one.code === select.value) && (!wanted || wanted([one.message[language.now], ...one.parts.map((part) =>
        `${model.figureName(part.figure)} ${model.areaName(part.figure)}`)].join("\n").toLowerCase()));
    });
    listed = 0;
    const list = byId("findings");
    list.replaceChildren();
    const more = byId("findings-more");
    const add = () => {
      put(list, own.slice(listed, listed + MANY).map(finding));
      listed += MANY;
      more.hidden = listed >= own.length;
    };
    more.onclick = add;
    add();
    byId("findings-empty").hidden = own.length > 0;
    byId("findings-kept").textContent = word("kept_findings", { findings: count(own.length), all: count(page.findings.length) });
  }
  byId("finding-code").addEventListener("change", (event) => state.change({ code: event.target.value }));

  function showIssues() {
    byId("issues-empty").hidden = page.issues.length > 0;
    byId("issues-table").hidden = !page.issues.length;
    const sorted = page.issues.map((issue, number) => [issue, number]).sort((a, b) => b[0].fatal - a[0].fatal || a[1] - b[1]);
    byId("issues-table").querySelector("tbody").replaceChildren(...sorted.map(([issue, number]) => make("tr", { role: "row", "data-issue": number },
      labelled(make("td", {}, make("span", { class: issue.fatal ? "badge" : "badge note" }, word(issue.fatal ? "issue_fatal" : "issue_note"))), "kind", "issue_kind"),
      labelled(make("td", {}, quoted(issue.file)), "file", "fact_file"),
      labelled(make("td", {}, quoted(issue.message[language.now])), "message", "issue_message"),
      labelled(make("td", {}, make("code", {}, issue.code)), "code", "issue_code"))));
  }

  return { showFigures, showReports, showFindings, showIssues };
})();
