// main.js: the head of the page, the filter, the views, printing; it begins.
//
// Hooks: #counts a[data-count]; #tabs button#tab-VIEW; #filter-indicator, #filter-text, #filter-group, #filter-state,
// #filter-confidence; #filter-areas, -years, -status, -measure (each a <details> with <input type=checkbox value>);
// #filter-reset; #by input[value]; #order-rows, #order-columns, #across, #ranks; #language; #print; #paper (what is
// printed). <html data-ready> once the page stands; performance marks `filter-start`, `filter-end` around each change.

"use strict";

// A folded list of boxes to tick, with a search where it is long.
const pickers = (() => {
  const all = {};

  function build(name, options) {
    const box = byId(`filter-${name}`);
    const search = options().length > 12 ? make("input", { type: "search", "data-word-label": "search" }) : null;
    const list = make("div", { class: "options", role: "group", "aria-labelledby": `label-${name}` });
    const summary = make("summary", { "aria-labelledby": `label-${name} summary-${name}` }, make("span", { id: `summary-${name}` }));
    box.replaceChildren(summary, make("div", { class: "panel" }, search, list));
    search?.addEventListener("input", () => {
      const wanted = model.matcher(search.value);
      for (const label of list.children) label.hidden = Boolean(wanted) && !wanted(label.textContent.toLowerCase());
    });
    list.addEventListener("change", () => state.change({ [name]: [...list.querySelectorAll("input:checked")].map((input) => input.value) }));
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      box.open = false;
      summary.focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!box.contains(event.target)) box.open = false; });
    all[name] = { options, list, summary, drawnIn: null };
  }

  function show() {
    for (const [name, { options, list, summary }] of Object.entries(all)) {
      const chosen = state.now[name];
      const taken = chosen.length ? chosen : { status: state.statuses(), measure: state.measures() }[name] || [];
      if (all[name].drawnIn !== language.now) {
        all[name].drawnIn = language.now;
        list.replaceChildren(...options().map(([value, words, number]) => make("label", {},
          make("input", { type: "checkbox", value }), " ", quoted(words), number !== undefined && make("span", { class: "dim" }, ` ${count(number)}`))));
      }
      const names = [];
      for (const { firstChild: input, children: [, said] } of list.children) {
        input.checked = chosen.includes(input.value);
        if (taken.includes(input.value)) names.push(said.textContent);
      }
      summary.firstChild.textContent = names.length === 0 ? word("all") : names.length > 2 ? word("chosen", { count: names.length }) : names.join(word("list_comma"));
      summary.parentElement.classList.toggle("on", chosen.length > 0);
    }
  }

  return { build, show };
})();

const head = (() => {
  const { figures, reports, areas, indicators, lines } = model;

  function counts() {
    const number = (kind) => figures.state.reduce((sum, one) => sum + (one === kind), 0);
    const unread = page.issues.filter((issue) => issue.fatal).length;
    const plainly = { state: "", text: "", indicator: "", group: "", areas: [], years: [], status: [], measure: [], confidence: 0, report: "" };
    return [
      ["reports", reports.length, { view: "reports" }], ["areas", areas.length, { view: "comparison" }],
      ["figures", model.size, { ...plainly, view: "figures" }], ["masked", number("masked"), { ...plainly, view: "figures", state: "masked" }],
      ["damaged", number("damaged"), { ...plainly, view: "figures", state: "damaged" }], ["repaired", number("repaired"), { ...plainly, view: "figures", state: "repaired" }],
      ["findings", page.findings.length, { view: "findings" }], ["not_read", unread, { view: "issues" }],
    ];
  }

  function show() {
    for (const tab of byId("tabs").children) {
      const on = tab.id === `tab-${state.now.view}`;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
  }

  // What only another language changes.
  function translate() {
    byId("title").replaceChildren(page.title ? quoted(page.title) : word("title", { reports: count(reports.length) }));
    byId("program").textContent = page.program || "";
    byId("counts").replaceChildren(...counts().map(([name, number, to]) => make("li", {}, make("a", { href: "#", "data-count": name, onclick: (event) => {
      event.preventDefault();
      state.change(to);
    } }, make("b", {}, count(number)), " ", word(`count_${name}`)))));
    byId("legend-inline").replaceChildren(...legend.entries());
    byId("language").textContent = word("language_other");
    byId("language").lang = language.now === "zh" ? "en" : "zh-CN";
    byId("tabs").replaceChildren(...VIEWS.map((view) => make("button", { type: "button", role: "tab", id: `tab-${view}`, "aria-controls": `view-${view}`,
      onclick: () => state.change({ view }) }, word(`view_${view}`), tabCount(view))));
  }
  const tabCount = (view) => {
    const number = { findings: page.findings.length, issues: page.issues.length, reports: reports.length }[view];
    return number === undefined ? null : make("span", { class: "dim" }, ` ${count(number)}`);
  };

  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const view = VIEWS[(VIEWS.indexOf(state.now.view) + step + VIEWS.length) % VIEWS.length];
    state.change({ view });
    byId(`tab-${view}`).focus();
  });
  byId("language").addEventListener("click", () => {
    state.change({ lang: language.now === "zh" ? "en" : "zh" });
    byId("language").focus();
  });
  byId("print").addEventListener("click", () => window.print());

  // --- the filter ----------------------------------------------------------------------------------------------------

  const options = (select, pairs, value) => {
    select.replaceChildren(...pairs.map(([key, words]) => make("option", { value: key }, words)));
    select.value = value;
  };

  function build() {
    const tally = (values) => values.reduce((found, value) => found.set(value, (found.get(value) || 0) + 1), new Map());
    const perArea = tally(figures.area);
    const perYear = tally(figures.year);
    pickers.build("areas", () => areas.map((area, at) => [model.areaKey(at), area.name, perArea.get(at) || 0]));
    pickers.build("years", () => [...perYear].sort((a, b) => (b[0] ?? -1) - (a[0] ?? -1)).map(([year, number]) =>
      [String(year ?? UNKNOWN_YEAR), year === null ? word("year_unknown") : String(year), number]));
    pickers.build("status", () => STATUSES.map((status) => [status, code("status", status)]));
    pickers.build("measure", () => MEASURES.map((measure) => [measure, code("measure", measure)]));
    const later = (act) => {
      let waiting = 0;
      return (event) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => act(event.target.value), 50);
      };
    };
    byId("filter-indicator").addEventListener("input", later((value) => state.change({ indicator: value })));
    byId("filter-text").addEventListener("input", later((value) => state.change({ text: value })));
    byId("filter-group").addEventListener("change", (event) => state.change({ group: event.target.value }));
    byId("filter-state").addEventListener("change", (event) => state.change({ state: event.target.value }));
    byId("filter-confidence").addEventListener("change", (event) => state.change({ confidence: Number(event.target.value) }));
    byId("filter-reset").addEventListener("click", () => state.reset());
    byId("order-rows").addEventListener("change", (event) => state.change({ rows: event.target.value }));
    byId("order-columns").addEventListener("change", (event) => state.change({ columns: event.target.value }));
    byId("across").addEventListener("change", (event) => state.change({ across: event.target.checked ? "1" : "" }));
    byId("ranks").addEventListener("change", (event) => state.change({ ranks: event.target.checked ? "1" : "" }));
    byId("by").append(...BY.map((by) => make("label", {}, make("input", { type: "radio", name: "by", value: by, onchange: () =>
      state.change({ by, rows: "", columns: "" }) }), make("span", { "data-word": `by_${by.replace(",", "_")}` }))));
    byId("filters").open = !narrow.matches;
  }

  function showFilter() {
    const { now } = state;
    for (const field of byId("filters").querySelectorAll("[data-for]")) field.hidden = !field.dataset.for.split(" ").includes(now.view);
    byId("filters").hidden = now.view === "issues";
    for (const [id, value] of [["filter-indicator", now.indicator], ["filter-text", now.text]]) {
      if (document.activeElement !== byId(id)) byId(id).value = value;
    }
    const groups = [...new Set(indicators.map((indicator) => indicator.group))];
    options(byId("filter-group"), [["", word("all")], ...groups.map((group) => [group, model.groupOf({ group })])], now.group);
    options(byId("filter-state"), STATES.map((one) => [one, word(one ? `only_${one}` : "all")]), now.state);
    options(byId("filter-confidence"), [[0, word("any")], ...[0.5, 0.6, 0.7, 0.8, 0.9].map((least) => [least, `\u2265 ${least.toFixed(1)}`])], now.confidence);
    if (byId("filter-confidence").selectedIndex < 0) {
      byId("filter-confidence").append(make("option", { value: now.confidence, selected: true }, `\u2265 ${now.confidence}`));
    }
    const orders = ["", "name", "stated"].map((order) => [order, word(`order_${order || "given"}`)]);
    for (const [id, order] of [["order-rows", now.rows], ["order-columns", now.columns]]) {
      const extra = ["", "name", "stated"].includes(order) ? [] : [[order, word(order.endsWith(".up") ? "order_up" : "order_down", { name: orderName(order.split(".")[0]) })]];
      options(byId(id), [...orders, ...extra], order);
    }
    for (const input of byId("by").querySelectorAll("input")) input.checked = input.value === now.by;
    byId("across").checked = now.across === "1";
    byId("ranks").checked = now.ranks === "1";
    pickers.show();
    const active = state.active();
    byId("filters-active").textContent = active.length ? `(${active.length})` : "";
    byId("filter-reset").disabled = !active.length;
  }
  const orderName = (key) => (key[0] === "l" ? (lines[Number(key.slice(1))] ? model.lineName(Number(key.slice(1))) : key)
    : comparison.result?.columns.find((column) => column.key === key)?.label ?? key);

  // The filter in words, for paper.
  function inWords() {
    const { now } = state;
    const listed = (column, values) => values.map((value) => code(column, value)).join(word("list_comma"));
    const names = now.areas.map((key) => areas.find((_, at) => model.areaKey(at) === key)?.name ?? key);
    return [
      [word("columns_are"), now.view === "comparison" && word(`by_${now.by.replace(",", "_")}`)], [word("filter_indicator"), now.indicator.replace(/=/g, "")],
      [word("filter_group"), now.group && model.groupOf({ group: now.group })], [word("filter_areas"), names.join(word("list_comma"))],
      [word("filter_years"), now.years.join(word("list_comma"))], [word("filter_status"), listed("status", state.statuses() || [])],
      [word("filter_measure"), listed("measure", state.measures() || [])], [word("filter_state"), now.state && word(`only_${now.state}`)],
      [word("filter_confidence"), now.confidence ? `\u2265 ${now.confidence}` : ""], [word("filter_text"), state.filter().text], [word("fact_report"), now.report && model.reportName(Number(now.report))],
    ].filter(([, value]) => value);
  }

  return { build, translate, show, showFilter, inWords };
})();

// Paper: the comparison falls into panels of as many columns as a sheet holds; what is in sight of a window is not printed.
const paper = (() => {
  const PER_SHEET = 11; // columns
  const LONGEST = 400; // rows of the list of all figures

  function heading() {
    return [make("h1", {}, byId("title").textContent),
      make("p", {}, [...byId("counts").children].map((one) => one.textContent).join(" \u00b7 ")),
      make("p", {}, head.inWords().map(([name, value]) => `${name}: ${value}`).join("; "))];
  }

  function panels() {
    const rows = comparison.orderedRows();
    const columns = comparison.orderedColumns();
    const across = state.now.across === "1";
    const [downwards, sideways] = across ? [columns, rows] : [comparison.grouped(rows), columns];
    const sheets = [];
    for (let from = 0; from < sideways.length; from += PER_SHEET) sheets.push(sideways.slice(from, from + PER_SHEET));
    return sheets.map((some) => make("table", { class: "sheet" },
      make("thead", {}, make("tr", {}, make("th"), some.map((item) => {
        const th = make("th", { scope: "col" });
        if (across) comparison.lineHead(th, item.line);
        else comparison.columnHead(th, item);
        return th;
      }))),
      make("tbody", {}, downwards.map((item) => {
        if (item.group) return make("tr", { class: "group" }, make("th", { colspan: some.length + 1 }, item.label));
        const here = some.map((other) => (across ? other.cells.get(item.key) : item.cells.get(other.key)));
        if (here.every((cell) => !cell)) return null;
        const th = make("th", { scope: "row" });
        if (across) comparison.columnHead(th, item);
        else comparison.lineHead(th, item.line);
        return make("tr", {}, th, some.map((other, at) => {
          const td = make("td");
          comparison.fill(td, here[at], (across ? other : item).line, across ? item : other);
          return td;
        }));
      }))));
  }

  function figures() {
    const found = model.filtered(state.filter(), state.statuses(), state.measures());
    const table = make("table", { class: "sheet list" }, make("thead", {}, make("tr", {}, ["indicator", "text", "area", "year", "kind", "file"].map((name) => make("th", {}, word(`fact_${name}`))))),
      make("tbody", {}, found.slice(0, LONGEST).map((figure) => make("tr", {}, make("th", { scope: "row" }, quoted(model.figureName(figure))),
        make("td", { "data-state": model.figures.state[figure] }, detail.signed(figure)), make("td", {}, quoted(model.areaName(figure))), make("td", {}, model.figures.year[figure] ?? "?"),
        make("td", {}, code("status", model.figures.status[figure])), make("td", {}, quoted(model.reportName(model.figures.report[figure])))))));
    return [table, found.length > LONGEST && make("p", {}, word("print_cut", { shown: count(LONGEST), all: count(found.length) }))];
  }

  function fill() {
    const { view } = state.now;
    const own = view === "comparison" ? panels() : view === "figures" ? figures() : [];
    put(byId("paper"), heading(), make("ul", { class: "legend" }, legend.entries()), own || []);
  }
  window.addEventListener("beforeprint", fill);
  window.addEventListener("afterprint", () => byId("paper").replaceChildren());

  return { fill };
})();

// Show what is asked for.
let shownIn = null;
function show() {
  performance.mark("filter-start");
  const { view } = state.now;
  if (shownIn !== state.now.lang) {
    shownIn = state.now.lang;
    language.set(state.now.lang);
    head.translate();
  }
  head.show();
  head.showFilter();
  for (const name of VIEWS) byId(`view-${name}`).hidden = name !== view;
  document.body.dataset.view = view;
  ({ comparison: comparison.show, charts: charts.show, figures: lists.showFigures, reports: lists.showReports, findings: lists.showFindings,
    issues: lists.showIssues })[view]();
  detail.again();
  reportDetail.again();
  performance.mark("filter-end");
  performance.measure("filter", "filter-start", "filter-end");
}

narrow.addEventListener("change", () => state.now.view !== "charts" && show());
window.addEventListener("popstate", () => { state.read(); show(); });
window.addEventListener("hashchange", () => { state.read(); show(); });
head.build();
state.read();
show();
model.prepare(null);
document.documentElement.dataset.ready = "1";
