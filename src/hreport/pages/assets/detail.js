// detail.js: the dialogs: a figure in its words, a report with its masks, what the signs mean; and the menu of a heading.
//
// Hooks: dialog#detail (the figure in data-figure), in it #detail-sentence (mark: the span), #detail-facts (a <dt
// data-fact>, its <dd>), #detail-previous, #detail-next, #detail-copy, #detail-others button[data-figure];
// dialog#report-detail; dialog#legend; #menu.

"use strict";

const interval = (figure) => {
  const [low, high] = [model.figures.low[figure], model.figures.high[figure]];
  return low === null || high === null ? "" : `${plain(low)}\u2013${plain(high)}`;
};
const lineUnit = (figure) => (model.figures.line[figure] === null ? model.figures.unit[figure] : model.lines[model.figures.line[figure]].unit) || "";
const shownOf = (figure) => model.figures.shown[figure] || model.figures.text[figure] || "?";
// The unit to stand beside it: what is masked or damaged is shown as it is written, with its unit.
const unitBeside = (figure) => (model.figures.state[figure] === "masked" || shownOf(figure).endsWith(lineUnit(figure)) ? "" : lineUnit(figure));

function maskWords(figure) {
  if ((model.figures.damage[figure] || "").includes("deleted")) return word("masked_deleted");
  const between = interval(figure);
  return between ? word("masked_between", { low: plain(model.figures.low[figure]), high: plain(model.figures.high[figure]), unit: lineUnit(figure) })
    : word("masked_unknown");
}

// Open a dialog and give the focus back where it was when it closes.
function openDialog(dialog) {
  if (dialog.open) return;
  const from = document.activeElement;
  const place = from?.place;
  dialog.showModal();
  dialog.scrollTop = 0;
  dialog.addEventListener("close", () => {
    if (from?.isConnected) from.focus({ preventScroll: true });
    else if (place) document.querySelector(".grid [tabindex='0']")?.focus({ preventScroll: true });
  }, { once: true });
}

// A click beside a dialog closes it.
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest(".close")) dialog.close();
  });
}

// The sentence with the span marked, and what stands around it.
function context(found) {
  if (!found) return make("p", { class: "dim" }, word("no_sentence"));
  const sentence = make("bdi", { class: "sentence" }, found.head, make("mark", {}, found.span), found.tail);
  return make("p", { class: "context" }, found.before && quoted(found.before, { class: "around" }), sentence,
    found.after && quoted(found.after, { class: "around" }));
}

const detail = (() => {
  const { figures, reports, areas } = model;
  let among = []; // the figures that previous and next walk through
  let current = null;

  // Names with what they say: [key of the name, content]; empty ones are left out.
  function facts(figure) {
    const report = reports[figures.report[figure]];
    const indicator = model.indicatorOf(figure);
    const area = figures.area[figure] === null ? null : areas[figures.area[figure]];
    const unit = lineUnit(figure);
    const masked = figures.state[figure] === "masked";
    const number = figures.number[figure];
    const read = masked ? maskWords(figure) : number === null ? word("no_number")
      : `${{ min: "\u2265 ", max: "\u2264 ", approx: "\u2248 " }[figures.bound[figure]] || ""}${plain(number)}${
        figures.number_max[figure] === null ? "" : `\u2013${plain(figures.number_max[figure])}`} ${unit}`;
    const place = [figures.table[figure] && word("table_at", { table: figures.table[figure], row: figures.row[figure] ?? "?", column: figures.column[figure] ?? "?" }),
      word("offsets", { start: figures.start[figure], end: figures.end[figure] })].filter(Boolean).join(word("list_comma"));
    const years = [figures.year[figure] ?? word("year_unknown"), figures.period[figure] && `\u201c${figures.period[figure]}\u201d`].filter(Boolean).join(" ");
    const kind = [code("status", figures.status[figure]), code("measure", figures.measure[figure]), codes("basis", figures.basis[figure])];
    return [
      ["text", quoted(figures.text[figure] || "")],
      ["read_as", quoted(read)],
      ["damage", figures.damage[figure] && codes("damage", figures.damage[figure])],
      ["doubts", figures.doubts[figure] && codes("doubts", figures.doubts[figure])],
      ["indicator", indicator && [quoted(indicator.name), make("span", { class: "dim" }, ` ${indicator.en} \u00b7 ${indicator.id}`)]],
      ["wording", figures.wording[figure] && quoted(figures.wording[figure])],
      ["area", area && [quoted(area.name), area.id && make("span", { class: "dim" }, ` ${area.id}`)]],
      ["year", quoted(years)],
      ["kind", kind.filter(Boolean).join(" \u00b7 ")],
      ["confidence", figures.confidence[figure] !== null && [figures.confidence[figure].toFixed(2),
        figures.reasons?.[figure] && make("span", { class: "dim" }, ` (${codes("reasons", figures.reasons[figure])})`)]],
      ["file", quoted(report.file)],
      ["report", quoted([`#${report.report ?? 1}`, report.title].filter(Boolean).join(" "))],
      ["page", figures.page[figure]],
      ["section", figures.section[figure] && quoted(figures.section[figure])],
      ["place_in_text", place],
      ["rule", figures.rule[figure] && make("code", {}, figures.rule[figure])],
      ["area_inferred", report.area_inferred && [quoted(report.area_inferred), report.area_evidence && make("span", { class: "dim" }, " ", quoted(report.area_evidence))]],
      ["mirror", figures.mirror?.[figure] !== null && figures.mirror?.[figure] !== undefined && quoted(model.reportName(figures.mirror[figure]))],
      ["published", [report.publisher, report.published].filter(Boolean).length > 0 && quoted([report.publisher, report.published].filter(Boolean).join(", "))],
      ["url", report.url && link(report.url)],
    ].filter(([, content]) => content !== null && content !== undefined && content !== false && content !== "");
  }

  function link(url) {
    if (!/^https?:\/\//i.test(url)) return quoted(url);
    return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, quoted(url));
  }

  function citation(figure) {
    const report = reports[figures.report[figure]];
    const sentence = texts.sentence(figures, figure);
    return [
      sentence && `\u201c${sentence.replace(/\s+/g, " ")}\u201d`,
      [report.title, model.areaName(figure), figures.year[figure]].filter(Boolean).join(", "),
      [`${report.file}#${report.report ?? 1}:${figures.start[figure]}-${figures.end[figure]}`, figures.page[figure] && word("page_number", { page: figures.page[figure] }),
        figures.section[figure]].filter(Boolean).join(", "),
      [report.publisher, report.published, report.url].filter(Boolean).join(", "),
    ].filter(Boolean).join("\n");
  }

  const signed = (figure) => [quoted(shownOf(figure)),
    model.marksOf(figure).map((mark) => make("span", { class: "sign" }, mark))];

  function draw(figure) {
    current = figure;
    const dialog = byId("detail");
    dialog.dataset.figure = figure;
    dialog.dataset.state = figures.state[figure];
    byId("detail-title").replaceChildren(quoted(model.figureName(figure)));
    byId("detail-place").replaceChildren(quoted([model.areaName(figure), figures.year[figure] ?? word("year_unknown")].filter(Boolean).join(" \u00b7 ")));
    const unit = unitBeside(figure);
    byId("detail-value").replaceChildren(...put(make("div"), signed(figure), unit && make("span", { class: "unit" }, " ", quoted(unit))).childNodes);
    byId("detail-state").replaceChildren(figures.state[figure] === "plain" ? "" : make("span", { class: "badge", "data-state": figures.state[figure] },
      figures.state[figure] === "masked" ? maskWords(figure) : code("state", figures.state[figure])));
    byId("detail-facts").replaceChildren(...facts(figure).flatMap(([name, content]) => [
      make("dt", { "data-fact": name }, word(`fact_${name}`)), make("dd", {}, content)]));
    byId("detail-sentence").replaceChildren(context(texts.around(figures, figure)));
    const at = among.indexOf(figure);
    byId("detail-count").textContent = among.length > 1 ? `${at + 1} / ${among.length}` : "";
    for (const [id, to] of [["detail-previous", at - 1], ["detail-next", at + 1]]) {
      byId(id).hidden = among.length < 2;
      byId(id).disabled = !(to in among);
      byId(id).onclick = () => draw(among[to]);
    }
    const others = model.rivals(figure).filter((other) => other !== figure);
    byId("detail-others").hidden = !others.length;
    byId("detail-others-list").replaceChildren(...others.slice(0, 60).map((other) => make("li", {},
      make("button", { type: "button", "data-figure": other, "data-state": figures.state[other], onclick: () => draw(other) },
        make("span", { class: "value" }, signed(other)), make("span", { class: "year" }, figures.year[other] ?? "?"),
        make("span", { class: "source" }, quoted(model.reportName(figures.report[other])))))));
    byId("detail-copied").textContent = "";
  }

  async function copy() {
    const text = citation(current);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { class: "unseen" });
      area.value = text;
      byId("detail").append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      byId("detail-copy").focus();
    }
    byId("detail-copied").textContent = word("copied");
  }
  byId("detail-copy").addEventListener("click", copy);

  // Open the figure; previous and next walk through `family`.
  async function open(figure, family) {
    among = family && family.length ? family.slice() : model.rivals(figure);
    draw(figure);
    openDialog(byId("detail"));
    if (!texts.ready) {
      byId("detail-sentence").replaceChildren(make("p", { class: "dim" }, word("unpacking")));
      await texts.load();
      if (current === figure) draw(figure);
    }
  }
  const again = () => byId("detail").open && draw(current);

  return { open, again, signed };
})();

// The report with its masks in their sentences.
const reportDetail = (() => {
  const { reports, masks } = model;
  let current = null;

  function draw(report) {
    current = report;
    const one = reports[report];
    byId("report-title").replaceChildren(quoted(one.title || one.file));
    const facts = [
      ["file", quoted(`${one.file}#${one.report ?? 1}`)], ["area", model.reportArea(report) && quoted(model.reportArea(report))],
      ["area_inferred", one.area_inferred && [quoted(one.area_inferred), " ", one.area_evidence && make("span", { class: "dim" }, quoted(one.area_evidence))]],
      ["year", one.year], ["mirror", one.copy_of !== null && one.copy_of !== undefined && quoted(typeof one.copy_of === "number" ? model.reportName(one.copy_of) : one.copy_of)],
      ["published", quoted([one.publisher, one.published].filter(Boolean).join(", "))], ["url", one.url && quoted(one.url)],
    ];
    byId("report-facts").replaceChildren(...facts.filter(([, content]) => content && (typeof content !== "object" || !("textContent" in content) || content.textContent))
      .flatMap(([name, content]) => [make("dt", {}, word(`fact_${name}`)), make("dd", {}, content)]));
    const own = masks.report.map((owner, mask) => (owner === report ? mask : -1)).filter((mask) => mask >= 0);
    byId("report-masks-title").textContent = word("masks_of_report", { count: count(own.length) });
    const list = byId("report-masks");
    list.replaceChildren();
    const more = byId("report-more");
    const add = () => {
      const from = list.children.length;
      put(list, own.slice(from, from + 100).map((mask) => make("li", { "data-mask": mask },
        make("p", { class: "dim" }, [code("kind", masks.kind[mask]), masks.page[mask] && word("page_number", { page: masks.page[mask] }), masks.section[mask]].filter(Boolean).join(" \u00b7 ")),
        context(texts.around(masks, mask)))));
      more.hidden = list.children.length >= own.length;
    };
    more.onclick = add;
    add();
    byId("report-figures").onclick = () => {
      byId("report-detail").close();
      state.reset({ view: "figures", report: String(report) });
    };
  }

  async function open(report) {
    await texts.load();
    draw(report);
    openDialog(byId("report-detail"));
  }
  const again = () => byId("report-detail").open && draw(current);

  return { open, again };
})();

// What the signs mean: the same words as under `hreport compare`.
const legend = (() => {
  const samples = [
    ["masked", "masked", "xx.x%"], ["deleted", "masked", "?%"], ["several", "doubt", "5.2 *"], ["part", "doubt", "5.2 \u2021"],
    ["repaired", "repaired", "5.2 \u2020"], ["damaged", "damaged", "52 \u26a0"], ["contradicted", "doubt", "5.2 \u203c"],
    ["copy", "doubt", "5.2 \u00a7"], ["corrected", "corrected", "5.2 \u270e"], ["bounds", "plain", "\u2265 5.2"], ["unknown_year", "plain", "5.2 (?)"],
    ["missing", "missing", ""],
  ];
  const scales = [["better", ["-3", "-2", "-1", "+0", "+1", "+2", "+3"]], ["size", ["-3", "-2", "-1", "+0", "+1", "+2", "+3"]]];

  // Without the sign that stands before the words in a terminal.
  const said = (key) => (page.words[language.now].legend[key] ?? word(`legend_${key}`)).replace(/^\S+(?: \S+)?\s{2,}/, "");

  function entries() {
    return [
      ...samples.map(([key, kind, sample]) => make("li", {}, make("span", { class: "sample", "data-state": kind }, sample), make("span", {}, said(key)))),
      ...scales.map(([name, steps]) => make("li", {}, make("span", { class: "sample scale" }, steps.map((step) => make("i", { class: `${name}${step}` }))),
        make("span", {}, word(`scale_${name}`)))),
    ];
  }
  const draw = () => byId("legend-list").replaceChildren(...entries());
  byId("open-legend").addEventListener("click", () => {
    draw();
    openDialog(byId("legend"));
  });

  return { entries, draw };
})();

// The menu of a heading: what can be done with its row. Arrow keys, Esc.
const menu = (() => {
  const box = byId("menu");
  let from = null;

  function close(back) {
    if (box.hidden) return;
    box.hidden = true;
    if (back) (from?.isConnected ? from : document.querySelector(".grid [tabindex='0']"))?.focus({ preventScroll: true });
  }

  // items: [words, what to do, is it on]; numbers: [name, number].
  function open(cell, title, items, numbers) {
    from = cell;
    const buttons = items.map(([words, act, on]) => make("button", {
      type: "button", role: "menuitem", class: on ? "on" : null, onclick: () => { close(true); act(); },
    }, words));
    box.replaceChildren(make("p", { class: "title" }, quoted(title)),
      ...(numbers.length ? [make("dl", {}, numbers.map(([name, number]) => [make("dt", {}, word(`stat_${name}`)), make("dd", {}, number)]))] : []),
      make("div", { role: "menu", "aria-label": title }, buttons));
    box.hidden = false;
    const place = cell.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(place.left + 24, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.max(4, Math.min(place.bottom - 4, innerHeight - box.offsetHeight - 8))}px`;
    buttons[0].focus({ preventScroll: true });
  }

  box.addEventListener("keydown", (event) => {
    const buttons = [...box.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) buttons[(at + step + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => !box.contains(event.target) && close(false), true);
  window.addEventListener("scroll", () => close(false), { passive: true });

  return { open };
})();
