// model.js: what the page knows: which figures pass the filter, which of them stands in which cell, what a row says.
//
// The rules are those of comparison.py and summary.py; the order of the figures of a cell comes with the data. Figures,
// lines, areas and reports are known by their index; null is missing.

"use strict";

const SEVERAL = "*";
const CORRECTED = "\u270e";
const COPY = "\u00a7";
const UNKNOWN_YEAR = "?";
const FEWEST = 2; // figures that there is something to compare between

const model = (() => {
  const { figures, masks, lines, areas, reports, indicators, strings } = page;
  const size = figures.report.length;
  for (const [table, names] of [[figures, page.coded.figures], [masks, page.coded.masks]]) {
    for (const name of names) table[name] = table[name].map((index) => (index === null ? null : strings[index]));
  }

  const NONE = [];
  const marksOf = (figure) => (figures.marks[figure] ? Array.from(figures.marks[figure]).filter((mark) => mark.trim()) : NONE);
  const indicatorOf = (figure) => {
    const line = figures.line[figure];
    return line === null ? null : indicators[lines[line].indicator];
  };
  const nameOf = (indicator) => (language.now === "en" ? indicator.en || indicator.name : indicator.name);
  const groupOf = (indicator) => (page.words[language.now].groups || {})[indicator.group] || indicator.group || "";
  // What a figure measures: the indicator of the catalogue, else the report's own words.
  const figureName = (figure) => {
    const indicator = indicatorOf(figure);
    return indicator ? nameOf(indicator) : (figures.wording[figure] || "") || word("no_wording");
  };
  const lineName = (line) => nameOf(indicators[lines[line].indicator]);
  // What tells a line from others of its indicator.
  const lineKind = (line) => {
    const { measure, status, basis } = lines[line];
    return [measure === "level" ? "" : code("measure", measure), status === "actual" ? "" : code("status", status),
      codes("basis", basis)].filter(Boolean).join(" \u00b7 ");
  };
  const reportName = (report) => `${reports[report].file.split(/[\\/]/).pop()}#${reports[report].report ?? 1}`;
  const reportArea = (report) => {
    const { area } = reports[report];
    return typeof area === "number" ? areas[area].name : area || "";
  };
  const areaName = (figure) => {
    const area = figures.area[figure];
    return area === null ? "" : areas[area].name;
  };

  // Words that stand for what is searched: commas part alternatives, spaces what must all be there. With = before it a
  // word is the whole name of an indicator, or its id.
  const PARTS = /[,;\uff0c\uff1b\u3001]/;
  const asked = ({ id, name }) => `=${PARTS.test(name) || /\s/.test(name) ? id : name}`;
  function matcher(query) {
    const choices = query.toLowerCase().split(PARTS).map((part) => part.trim().split(/\s+/).filter(Boolean))
      .filter((part) => part.length);
    if (!choices.length) return null;
    const has = (text, names) => (piece) => (piece.length > 1 && piece.startsWith("=") ? names.includes(piece.slice(1)) : text.includes(piece));
    return (text, names = []) => choices.some((part) => part.every(has(text, names)));
  }

  // What is searched of each figure. It is put together while nothing else is to be done; sentences come when they are
  // unpacked.
  let haystacks = new Array(size);
  let sentenceOf = null;
  const textOf = (figure, said) => [
    figureName(figure), indicatorOf(figure)?.name, indicatorOf(figure)?.en, figures.wording[figure], figures.text[figure],
    areaName(figure), reports[figures.report[figure]]?.file, reports[figures.report[figure]]?.title,
    figures.section[figure], figures.period[figure], figures.year[figure], said,
  ].filter(Boolean).join("\n").toLowerCase();
  const haystack = (figure) => (haystacks[figure] ??= textOf(figure, sentenceOf?.(figure)));

  // Gather in small steps; `done` is called when all is there.
  function prepare(sentence, done) {
    const next = new Array(size);
    const idle = window.requestIdleCallback ? (act) => requestIdleCallback(act, { timeout: 1000 }) : (act) => setTimeout(act, 20);
    let at = 0;
    (function some() {
      for (const end = Math.min(at + 1000, size); at < end; at++) next[at] = textOf(at, sentence?.(at));
      if (at < size) return idle(some);
      if (sentence || !sentenceOf) [haystacks, sentenceOf] = [next, sentence];
      done?.();
    })();
  }

  const indicatorText = indicators.map((one) =>
    [one.name, one.en, one.id, one.group, ...Object.values(page.words).map((words) => (words.groups || {})[one.group])]
      .filter(Boolean).join("\n").toLowerCase());
  const areaKey = (area) => areas[area].id || areas[area].name;

  // Which figures pass: a function of a figure's index. `statuses` and `measures` null: all.
  function passing(filter, statuses, measures) {
    const wanted = matcher(filter.indicator);
    const chosenLine = lines.map((line) =>
      (!wanted || wanted(indicatorText[line.indicator], [indicators[line.indicator].id, indicators[line.indicator].name.toLowerCase()]))
      && (!filter.group || indicators[line.indicator].group === filter.group)
      && (!statuses || statuses.includes(line.status)) && (!measures || measures.includes(line.measure)));
    const chosenArea = filter.areas.length ? areas.map((_, area) => filter.areas.includes(areaKey(area))) : null;
    const years = filter.years.length ? new Set(filter.years.map((year) => (year === UNKNOWN_YEAR ? null : Number(year)))) : null;
    const text = filter.text ? matcher(filter.text) : null;
    const states = { masked: ["masked"], damaged: ["damaged"], repaired: ["repaired", "corrected"], sound: ["plain"],
      doubt: ["damaged", "repaired", "corrected", "doubt"] }[filter.state];
    const report = filter.report === "" ? null : Number(filter.report);
    return (figure) => {
      if (report !== null && figures.report[figure] !== report) return false;
      const line = figures.line[figure];
      if (line !== null) {
        if (!chosenLine[line]) return false;
      } else {
        if (filter.group) return false;
        if (statuses && !statuses.includes(figures.status[figure])) return false;
        if (measures && !measures.includes(figures.measure[figure])) return false;
        if (wanted && !wanted((figures.wording[figure] || "").toLowerCase())) return false;
      }
      if (chosenArea && (figures.area[figure] === null || !chosenArea[figures.area[figure]])) return false;
      if (years && !years.has(figures.year[figure])) return false;
      if (filter.confidence && (figures.confidence[figure] ?? 1) < filter.confidence) return false;
      if (states && !states.includes(figures.state[figure])) return false;
      return !text || text(haystack(figure));
    };
  }

  function filtered(filter, statuses, measures) {
    const passes = passing(filter, statuses, measures);
    const found = [];
    for (let figure = 0; figure < size; figure++) if (passes(figure)) found.push(figure);
    return found;
  }

  const most = (counts, better) => {
    let best;
    for (const [key, number] of counts) {
      if (best === undefined || number > counts.get(best) || (number === counts.get(best) && better(key, best))) best = key;
    }
    return best;
  };
  const tally = (items) => items.reduce((counts, item) => counts.set(item, (counts.get(item) || 0) + 1), new Map());
  const commonYear = (years) => most(tally(years), (a, b) => (a || 0) > (b || 0));

  function columnKey(figure, by) {
    if (by === "report") return `r${figures.report[figure]}`;
    const area = `a${figures.area[figure]}`;
    if (by === "area") return area;
    const year = figures.year[figure];
    if (year !== null) return `${area}y${year}`; // a masked year is a year of its own in each report
    return `${area}y?r${figures.report[figure]}p${figures.period[figure] ?? ""}`;
  }

  // The comparison of the figures that pass: {columns, rows, year, figures}. A row: {line, cells, stated, usable,
  // masked, doubtful, comparable, minimum, median, maximum}; cells by the column's key.
  function compare(filter, by, statuses, measures) {
    const found = filtered(filter, statuses, measures).filter((figure) =>
      figures.line[figure] !== null && (by === "report" || figures.stands[figure]));
    const home = by === "report" ? mainAreas(found) : null;
    const grid = new Map();
    for (const figure of found) {
      const line = figures.line[figure];
      if (!grid.has(line)) grid.set(line, new Map());
      const row = grid.get(line);
      const key = columnKey(figure, by);
      if (row.has(key)) row.get(key).push(figure);
      else row.set(key, [figure]);
    }
    const byOrder = (a, b) => {
      const away = home ? (figures.area[a] !== home.get(figures.report[a])) - (figures.area[b] !== home.get(figures.report[b])) : 0;
      return away || figures.order[a] - figures.order[b];
    };
    const years = new Map();
    const rows = [...grid.keys()].sort((a, b) => a - b).map((line) => {
      const cells = new Map();
      for (const [key, candidates] of grid.get(line)) {
        candidates.sort(byOrder);
        const year = figures.year[candidates[0]];
        if (year !== null) years.set(year, (years.get(year) || 0) + 1);
        cells.set(key, { figure: candidates[0], line, key, candidates });
      }
      return { line, cells };
    });
    const year = most(years, (a, b) => a > b) ?? null;
    const columns = columnsOf(rows, by, year);
    const place = new Map(columns.map((column) => [column.key, column]));
    for (const row of rows) {
      for (const cell of row.cells.values()) finish(cell, place.get(cell.key), by);
      summarise(row, year);
    }
    return { columns, rows, year, by, figures: found };
  }

  function mainAreas(found) {
    const counts = new Map();
    for (const figure of found) {
      const report = figures.report[figure];
      if (!counts.has(report)) counts.set(report, new Map());
      const areasHere = counts.get(report);
      areasHere.set(figures.area[figure], (areasHere.get(figures.area[figure]) || 0) + 1);
    }
    return new Map([...counts].map(([report, areasHere]) => [report, most(areasHere, () => false)]));
  }

  function columnsOf(rows, by, mainYear) {
    const members = new Map();
    for (const row of rows) {
      for (const cell of row.cells.values()) {
        if (members.has(cell.key)) members.get(cell.key).push(cell.figure);
        else members.set(cell.key, [cell.figure]);
      }
    }
    const columns = [...members].map(([key, shown]) => {
      const first = shown[0];
      const report = figures.report[first];
      const column = { key, area: figures.area[first], report, year: null, label: "", detail: "", stated: shown.length };
      const name = column.area === null ? UNKNOWN_YEAR : areas[column.area].name;
      if (by === "report") {
        column.label = reportName(report);
        column.detail = reportArea(report);
        column.sort = [report];
      } else if (by === "area") {
        const reached = shown.filter((figure) => figures.status[figure] === "actual"); // targets are of later years
        column.year = commonYear((reached.length ? reached : shown).map((figure) => figures.year[figure])) ?? null;
        column.label = column.year !== null && column.year === mainYear ? name : `${name} ${column.year ?? UNKNOWN_YEAR}`;
        column.sort = [column.area ?? -1];
      } else {
        const known = figures.year[first];
        column.year = known;
        column.label = `${name} ${known ?? (figures.period[first] || UNKNOWN_YEAR)}`;
        if (known === null && column.area !== null && !areas[column.area].unknown) column.label += ` (${reportName(report)})`;
        column.sort = [column.area ?? -1, known === null ? 1 : 0, known ?? 0, known === null ? report : 0];
        column.period = known === null ? figures.period[first] ?? "" : "";
      }
      return column;
    });
    const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    columns.sort((a, b) => a.sort.map((part, at) => part - b.sort[at]).find((difference) => difference)
      || inOrder(a.period ?? "", b.period ?? "") || inOrder(a.label, b.label));
    const taken = tally(columns.map((column) => column.label));
    const seen = new Map();
    for (const column of columns) {
      if (taken.get(column.label) < 2) continue;
      seen.set(column.label, (seen.get(column.label) || 0) + 1);
      if (seen.get(column.label) > 1) column.label += ` [${seen.get(column.label)}]`;
    }
    return columns;
  }

  // What the cell shows beside the figure's own words: the marks that depend on its neighbours, and its year.
  function finish(cell, column, by) {
    const { figure, candidates } = cell;
    const year = figures.year[figure];
    const against = candidates.length > 1 && (figures.against[figure] || NONE).some((other) => candidates.includes(other));
    const later = year !== null && candidates.some((other) => (figures.year[other] ?? 0) > year);
    const own = marksOf(figure).filter((mark) => by !== "report" || mark !== COPY);
    cell.marks = against || later ? [SEVERAL, ...own] : own;
    // What is in doubt, and not masked or damaged, is so for a mark that stands beside it.
    const graver = !["plain", "doubt"].includes(figures.state[figure]);
    cell.state = graver ? figures.state[figure] : cell.marks.length ? "doubt" : "plain";
    const wasBefore = (figures.rule[figure] || "") === "link.state_before";
    const beside = by === "area" ? year !== column.year : by === "report" && wasBefore;
    cell.year = beside ? String(year ?? UNKNOWN_YEAR) : "";
    cell.shown = figures.shown[figure];
    cell.text = [cell.shown, ...cell.marks, ...(cell.year ? [`(${cell.year})`] : [])].join(" ");
    cell.number = figures.number[figure];
  }

  // Of a row: what can be compared, its smallest, middle and largest number, and each cell's rank and step of colour.
  function summarise(row, year) {
    const cells = [...row.cells.values()];
    const doubted = (cell) => cell.marks.some((mark) => mark !== CORRECTED);
    row.stated = cells.length;
    row.usable = cells.filter((cell) => cell.number !== null).length;
    row.masked = cells.filter((cell) => cell.state === "masked").length;
    row.doubtful = cells.filter((cell) => cell.state !== "masked" && (cell.number === null || doubted(cell))).length;
    const sound = cells.filter((cell) =>
      cell.state !== "masked" && cell.number !== null && !doubted(cell) && figures.number_max[cell.figure] === null
      && ["exact", "approx"].includes(figures.bound[cell.figure] || "exact") && year !== null && figures.year[cell.figure] === year);
    const level = (cell) => areas[figures.area[cell.figure]]?.level ?? "";
    const common = most(tally(sound.map(level)), (a, b) => a < b);
    const comparable = sound.filter((cell) => level(cell) === common);
    row.comparable = comparable.length;
    row.minimum = row.median = row.maximum = null;
    if (comparable.length < FEWEST) return;
    const lessIsBetter = lines[row.line].measure === "rank" || indicators[lines[row.line].indicator].better === "lower";
    const numbers = comparable.map((cell) => cell.number).sort((a, b) => a - b);
    const half = numbers.length >> 1;
    row.minimum = numbers[0];
    row.median = numbers.length % 2 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
    row.maximum = numbers[numbers.length - 1];
    const better = ["higher", "lower"].includes(indicators[lines[row.line].indicator].better) || lines[row.line].measure === "rank";
    const reach = numbers.length < 5 ? 2 : 3; // of few numbers none is extreme
    const from = lessIsBetter ? numbers : numbers.slice().reverse();
    const first = new Map();
    from.forEach((number, at) => first.has(number) || first.set(number, at));
    for (const cell of comparable) {
      cell.rank = first.get(cell.number) + 1;
      cell.of = numbers.length;
      const last = from.lastIndexOf(cell.number);
      const middle = (cell.rank - 1 + last) / 2 / (numbers.length - 1); // 0 is the first; equal ones share a step
      cell.step = row.minimum === row.maximum ? 0 : Math.round((1 - 2 * middle) * reach);
      cell.scale = better ? "better" : "size";
    }
  }

  // All figures of a figure's line and place, in their order: the ones that could stand in its cell.
  function rivals(figure) {
    const line = figures.line[figure];
    if (line === null) return [figure];
    const found = [];
    for (let other = 0; other < size; other++) {
      if (figures.line[other] === line && figures.area[other] === figures.area[figure]) found.push(other);
    }
    return found.sort((a, b) => figures.order[a] - figures.order[b]);
  }

  return {
    figures, masks, lines, areas, reports, indicators, size, marksOf, indicatorOf, nameOf, groupOf, figureName, lineName,
    lineKind, reportName, reportArea, areaName, areaKey, asked, matcher, prepare, filtered, compare, rivals,
  };
})();

// The text around figures: packed in the page, unpacked at the first need. Offsets count code points.
const texts = (() => {
  let loading = null;
  let segments = null;

  async function unpack() {
    const signs = atob(byId("texts").textContent.trim());
    const packed = new Uint8Array(signs.length);
    for (let at = 0; at < signs.length; at++) packed[at] = signs.charCodeAt(at);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    segments = JSON.parse(await new Response(stream).text());
  }
  const load = () => (loading ||= unpack());

  const points = new WeakMap(); // a segment's code points, where they are not its UTF-16 units
  function slice(segment, from, to) {
    const [offset, text] = segment;
    if (!points.has(segment)) points.set(segment, /[\ud800-\udfff]/.test(text) ? Array.from(text) : null);
    const signs = points.get(segment);
    const [first, last] = [Math.max(from - offset, 0), Math.max(to - offset, 0)];
    return signs ? signs.slice(first, last).join("") : text.slice(first, last);
  }
  const lengthOf = (segment) => {
    slice(segment, 0, 0);
    return (points.get(segment) || segment[1]).length;
  };

  function segmentAt(report, start) {
    const here = segments?.[page.reports[report]?.text] || [];
    let [low, high] = [0, here.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (here[middle][0] <= start) low = middle + 1;
      else high = middle;
    }
    return low ? here[low - 1] : null;
  }

  // {before, head, span, tail, after} of a figure or a mask (an entry of `table`), or null where nothing is known.
  function around(table, entry) {
    const [start, end] = [table.start[entry], table.end[entry]];
    const from = table.sentence_start[entry] ?? start;
    const to = table.sentence_end[entry] ?? end;
    const segment = segmentAt(table.report[entry], from);
    if (!segment || from >= segment[0] + lengthOf(segment)) return alone(table, entry);
    const lead = slice(segment, Math.max(segment[0], from - 300), from).split("\n");
    const trail = slice(segment, to, to + 300).split("\n");
    return {
      before: lead.slice(-2).join("\n").trimStart(),
      head: slice(segment, from, start).trimStart(),
      span: slice(segment, start, end),
      tail: slice(segment, end, to).trimEnd(),
      after: trail.slice(0, 2).join("\n").trimEnd(),
    };
  }
  // Of what was read back from a table only the sentence is known; the figure is where its words stand in it.
  function alone(table, entry) {
    const sentence = table.sentence?.[entry];
    if (!sentence) return null;
    const given = table.sentence_start[entry];
    const signs = Array.from(sentence);
    const text = Array.from(table.text[entry] || "");
    let at = given === null ? -1 : table.start[entry] - given;
    if (signs.slice(at, at + text.length).join("") !== text.join("")) at = Array.from(sentence.split(table.text[entry])[0]).length;
    if (at >= signs.length) return { before: "", head: sentence, span: "", tail: "", after: "" };
    const [head, span, tail] = [signs.slice(0, at), signs.slice(at, at + text.length), signs.slice(at + text.length)];
    return { before: "", head: head.join(""), span: span.join(""), tail: tail.join(""), after: "" };
  }
  function sentence(table, entry) {
    const [from, to] = [table.sentence_start[entry], table.sentence_end[entry]];
    const segment = from === null ? null : segmentAt(table.report[entry], from);
    const found = segment ? slice(segment, from, to) : "";
    return (found || table.sentence?.[entry] || "").trim();
  }

  return { load, around, sentence, get ready() { return segments !== null; } };
})();
