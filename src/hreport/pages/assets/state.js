// state.js: what is asked for (view, filter, order), kept in the part of the address behind #, so that a view can be
// shared. Only what differs from the beginning stands there.

"use strict";

const VIEWS = ["comparison", "charts", "figures", "reports", "findings", "issues"];
const BY = ["area", "area,year", "report"];
const STATUSES = ["actual", "target", "reference"];
const MEASURES = ["level", "change", "change_rate", "multiple", "rank"];
const STATES = ["", "sound", "masked", "damaged", "repaired", "doubt"];

const state = (() => {
  const { selection } = page;
  const beginning = {
    view: "comparison", lang: page.language, by: selection.by, across: "", // across: areas as rows
    indicator: selection.indicators.map((id) => model.asked(page.indicators.find((one) => one.id === id) || { id, name: id })).join(", "), group: "",
    areas: selection.areas.map((area) => model.areaKey(area)), years: selection.years.map(String),
    status: [], measure: [], confidence: 0, state: "", text: "", report: "",
    rows: "", columns: "", // orders: "", name, stated, or a key with a direction: a3.down, l17.up
    ranks: "", chart: "", code: "",
  };
  const now = structuredClone(beginning);
  const known = { view: VIEWS, by: BY, state: STATES, lang: ["en", "zh"] };

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const [name, start] of Object.entries(beginning)) {
      const said = given.get(name);
      if (said === null || (known[name] && !known[name].includes(said)) || (name === "report" && !(said in page.reports))) now[name] = structuredClone(start);
      else if (Array.isArray(start)) now[name] = said.split("|").filter(Boolean);
      else if (typeof start === "number") now[name] = Math.min(1, Math.max(0, Number(said) || 0));
      else now[name] = said;
    }
  }

  function write(anew) {
    const said = new URLSearchParams();
    for (const [name, start] of Object.entries(beginning)) {
      const value = Array.isArray(now[name]) ? now[name].join("|") : String(now[name]);
      if (value !== (Array.isArray(start) ? start.join("|") : String(start))) said.set(name, value);
    }
    const hash = `#${said}`;
    if (hash === (location.hash || "#")) return;
    if (anew) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  }

  // Change what is asked for, and show it. Another view is a new entry of the browser's history.
  function change(part) {
    const anew = part.view !== undefined && part.view !== now.view;
    Object.assign(now, part);
    write(anew);
    show();
  }

  // What the filter of a view asks for; a search in text is none of the comparison's.
  const filters = ["indicator", "group", "areas", "years", "status", "measure", "confidence", "state", "text", "report"];
  const comparing = () => ["comparison", "charts"].includes(now.view);
  const filter = () => (comparing() ? { ...now, text: "" } : now);
  const isSet = (name) => String(now[name]) !== String(beginning[name]);
  const active = () => filters.filter((name) => isSet(name)
    && (now.view === "figures" || (name === "text") !== comparing()));
  const onlyReport = () => (now.report === "" ? "" : word("only_report", { name: visible(model.reportName(Number(now.report))) }));
  const reset = (part) => change({ ...Object.fromEntries(filters.map((name) => [name, structuredClone(beginning[name])])), ...part });

  // Nothing chosen: the comparison begins with what the page was made with, as `hreport compare` does; the list of all
  // figures has all.
  const taken = (chosen, first) => (chosen.length ? chosen : comparing() && first !== "all" ? [first] : null);
  const statuses = () => taken(now.status, selection.status);
  const measures = () => taken(now.measure, selection.measure);

  return { now, read, change, filter, active, onlyReport, reset, statuses, measures };
})();
