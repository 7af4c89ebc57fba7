// charts.js: the charts of one line of the comparison: bars by place, lines over years.
//
// Vega is in the page as text (script#vega) and is run when a chart is first shown. The records that the charts draw are
// those of the cells: see charts.py. Hooks: #chart-line (a <select>), #chart-bars, #chart-years (each holds an svg),
// #chart-figures button[data-figure] (what is drawn, as a list).

"use strict";

const charts = (() => {
  const { figures, lines, indicators } = model;
  const MOST_PANELS = 24;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let drawn = 0; // a number for each drawing, so that a late one does not stand in a newer one's place
  const views = [];

  function run() {
    if (window.vegaEmbed) return;
    const script = make("script");
    script.textContent = byId("vega").textContent; // as it is: the policy of the page knows its digest
    document.head.append(script);
  }

  // The lines that differ from this one only in their status: a target stands beside what was reached.
  const family = (line) => lines.map((_, other) => other).filter((other) => ["indicator", "measure", "basis", "unit"]
    .every((name) => lines[other][name] === lines[line][name]));

  function record(cell, area) {
    const { figure } = cell;
    const shown = [cell.shown, ...cell.marks].join(" ");
    return {
      figure, area: visible(area), year: figures.year[figure], number: figures.number[figure], number_max: figures.number_max[figure],
      low: figures.low[figure], high: figures.high[figure], shown: visible(shown), text: visible(figures.text[figure] || ""),
      state: cell.state, status: figures.status[figure], bound: figures.bound[figure] || "exact",
    };
  }

  // What is drawn: one record for each cell of the family's rows; `named` gives each place a name of its own.
  const records = (result, wanted, named) => result.rows.filter((row) => wanted.includes(row.line))
    .flatMap((row) => [...row.cells.values()].map((cell) => record(cell, named(figures.area[cell.figure]))));

  // The names of places: a number behind those of the same name, and the year of the figure, unless all have one.
  function names(cells) {
    const seen = new Map();
    const plainly = new Map();
    const years = new Map();
    for (const { figure } of cells) {
      const area = figures.area[figure];
      if (plainly.has(area)) continue;
      const name = area === null ? "?" : model.areas[area].name;
      seen.set(name, (seen.get(name) || 0) + 1);
      plainly.set(area, seen.get(name) > 1 ? `${name} [${seen.get(name)}]` : name);
      years.set(area, figures.year[figure]);
    }
    const only = new Set(years.values()).size === 1 ? [...years.values()][0] : null;
    return { plainly: (area) => plainly.get(area), only,
      dated: (area) => (only === null ? `${plainly.get(area)} ${years.get(area) ?? "?"}` : plainly.get(area)) };
  }

  const spec = (name, line) => {
    const made = structuredClone(page.charts[language.now][name]);
    const set = { unit: lines[line].unit, falling: indicators[lines[line].indicator].better === "lower" ? -1 : 1, longest: narrow.matches ? 14 : 28 };
    for (const one of made.params || []) if (one.name in set) one.value = visible(set[one.name]);
    return made;
  };

  // What the key of bars explains: see `charts.KINDS` and `pictures.chart_of`.
  const kindOf = (one) => (one.status !== "actual" ? one.status : one.state === "masked" ? one.low !== null && "masked"
    : ["repaired", "doubt"].includes(one.state) ? "doubtful" : one.state !== "damaged" && "known");

  // As wide as the screen allows; on a phone a key in one column. The key explains what there is.
  function fit(made, room, values) {
    if (!narrow.matches) {
      if (made.width) made.width = Math.max(320, Math.min(620, room - 420));
    } else {
      if (made.width) made.width = Math.max(110, room - 230);
      if (made.columns) made.columns = Math.max(1, Math.floor(room / 200));
    }
    for (const one of made.params) if (one.name === "rules" && made.width) one.value = Math.round(made.width / 7);
    const present = new Set(values.map(kindOf).filter(Boolean));
    const isPlain = [...present].every((kind) => kind === "known");
    made.layer = made.layer?.filter((layer) => {
      const legend = layer.encoding?.shape?.legend;
      if (!legend?.columns) return true;
      if (narrow.matches) for (const name of ["shape", "fill", "stroke"]) layer.encoding[name].legend.columns = 1;
      layer.data.values = layer.data.values.filter((value, at) => present.has(page.charts.kinds[at]));
      const kept = layer.data.values.map((value) => value.kind);
      for (const name of ["shape", "fill", "stroke"]) layer.encoding[name].legend.values = kept;
      return !isPlain;
    });
  }

  async function embed(box, made, values, label) {
    made.data = { name: "figures", values };
    made.description = label;
    fit(made, box.clientWidth, values);
    // `ast`: no text is run as a program, which the policy of the page forbids.
    const found = await window.vegaEmbed(box, made, {
      mode: "vega-lite", renderer: "svg", ast: true, logLevel: 1, config: page.charts.config[dark.matches ? "dark" : "light"], downloadFileName: "hreport",
      actions: { export: true, source: false, compiled: false, editor: false },
      i18n: { SVG_ACTION: word("save_svg"), PNG_ACTION: word("save_png"), CLICK_TO_VIEW_ACTIONS: word("save_chart") },
    });
    found.view.addEventListener("click", (event, item) => item?.datum?.figure !== undefined && detail.open(item.datum.figure));
    // Vega draws groups that say nothing, and a button without a name: the list of figures says what is drawn.
    box.querySelector("summary")?.setAttribute("aria-label", word("save_chart"));
    for (const group of box.querySelectorAll("svg [role='graphics-symbol']:not([aria-label])")) group.removeAttribute("role");
    views.push(found);
    // To a reader of screens a chart is one picture; its figures stand in the list beneath.
    const svg = box.querySelector("svg.marks");
    for (const part of svg.querySelectorAll("[role], [aria-label], [aria-roledescription]")) {
      for (const name of ["role", "aria-label", "aria-roledescription"]) part.removeAttribute(name);
    }
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", visible(label));
    box.querySelector("summary")?.setAttribute("aria-label", word("save_chart"));
  }

  function fillSelect(result) {
    const select = byId("chart-line");
    const groups = new Map();
    for (const row of result.rows) {
      const indicator = indicators[lines[row.line].indicator];
      if (!groups.has(indicator.group)) groups.set(indicator.group, []);
      groups.get(indicator.group).push(row);
    }
    select.replaceChildren(...[...groups].map(([, rows]) => make("optgroup", { label: model.groupOf(indicators[lines[rows[0].line].indicator]) },
      rows.map((row) => make("option", { value: row.line },
        [model.lineName(row.line), model.lineKind(row.line)].filter(Boolean).join(" \u00b7 "), ` (${row.stated})`)))));
    const fullest = result.rows.reduce((best, row) => (!best || row.usable > best.usable ? row : best), null);
    const chosen = result.rows.some((row) => String(row.line) === state.now.chart) ? state.now.chart : String(fullest?.line ?? "");
    select.value = chosen;
    const at = result.rows.findIndex((row) => String(row.line) === chosen);
    for (const [id, to] of [["chart-previous", at - 1], ["chart-next", at + 1]]) {
      byId(id).disabled = !result.rows[to];
      byId(id).onclick = () => state.change({ chart: String(result.rows[to].line) });
    }
    return chosen === "" ? null : Number(chosen);
  }

  async function show() {
    const number = ++drawn;
    const own = model.compare(state.filter(), "area", state.statuses(), state.measures());
    const line = fillSelect(own);
    byId("chart-empty").hidden = line !== null;
    byId("chart-body").hidden = line === null;
    if (line === null) return;
    const wanted = family(line);
    const all = model.compare(state.filter(), "area", null, state.measures());
    const overYears = model.compare(state.filter(), "area,year", null, state.measures());
    const indicator = indicators[lines[line].indicator];
    byId("chart-title").replaceChildren(quoted(model.lineName(line)), make("span", { class: "dim" }, " ", quoted(lines[line].unit || "")));
    byId("chart-name").textContent = visible(language.now === "en" ? indicator.name : indicator.en);
    const rows = all.rows.filter((row) => wanted.includes(row.line)).sort((a, b) => (b.line === line) - (a.line === line));
    const named = names(rows.flatMap((row) => [...row.cells.values()]));
    byId("chart-year").textContent = named.only === null ? "" : word("main_year", { year: named.only });
    const bars = records(all, wanted, named.dated);
    byId("chart-figures").replaceChildren(...bars.map((one) => make("li", {}, make("button", { type: "button", "data-figure": one.figure, "data-state": one.state,
      onclick: () => detail.open(one.figure) }, quoted(one.area), make("span", { class: "value" }, quoted(one.shown)),
      make("span", { class: "year" }, one.status === "actual" ? "" : code("status", one.status))))));
    // Lines over years: a place keeps one name through the years; years that are not known have no place on the axis.
    const years = records(overYears, wanted, (area) => named.plainly(area) ?? "?").filter((one) => one.year !== null);
    const perArea = new Map();
    for (const one of years) perArea.set(one.area, (perArea.get(one.area) || new Set()).add(one.year));
    const places = [...perArea].filter(([, its]) => its.size > 1).map(([name]) => name).slice(0, MOST_PANELS);
    const lasting = years.filter((one) => places.includes(one.area));
    byId("chart-years-part").hidden = !places.length;
    byId("chart-years-note").textContent = places.length < perArea.size ? word("years_of_some", { shown: places.length, all: perArea.size }) : "";

    run();
    for (const view of views.splice(0)) view.finalize();
    const name = `${model.lineName(line)} (${lines[line].unit})`;
    await embed(byId("chart-bars"), spec("bars", line), bars, word("bars_of", { name }));
    if (places.length && number === drawn) {
      await embed(byId("chart-years"), spec(places.length > 8 || narrow.matches ? "panels" : "lines", line), lasting, word("years_of", { name }));
    }
  }

  byId("chart-line").addEventListener("change", (event) => state.change({ chart: event.target.value }));
  dark.addEventListener("change", () => state.now.view === "charts" && show());
  narrow.addEventListener("change", () => state.now.view === "charts" && show());

  return { show };
})();
