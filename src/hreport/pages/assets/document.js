// The page of `hreport show --html`: choosing a row or a mark shows the other; boxes and a filter; the language.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = document.getElementById("text");
  const list = document.getElementById("list");
  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const said = document.getElementById("said");
  const boxes = [...document.querySelectorAll(".legend input")];
  const rows = [...list.querySelectorAll("tbody tr")];
  let language = document.documentElement.lang;
  let chosen = null; // the number of the mark that is chosen
  let wanted = [""]; // the words of the filter

  // --- marks and rows

  const numberOf = (mark) => mark.id ? mark.id.slice(1) : mark.dataset.of;
  const piecesOf = (number) => text.querySelectorAll(`#m${number}, [data-of="${number}"]`);
  const rowOf = (number) => document.getElementById(`t${number}`);
  const linkOf = (row) => row.querySelector("a");

  function labelOf(number) {
    const labels = data.labels[language];
    const label = labels[number - 1];
    return typeof label === "number" ? labels[label] : label;
  }

  function choose(number) {
    if (chosen !== null) {
      piecesOf(chosen).forEach((piece) => piece.classList.remove("chosen"));
      rowOf(chosen)?.classList.remove("chosen");
    }
    chosen = number;
    piecesOf(number).forEach((piece) => piece.classList.add("chosen"));
    const row = rowOf(number);
    row?.classList.add("chosen");
    if (row) reach(row);
    said.textContent = labelOf(number);
    document.body.classList.add("said");
  }

  /** Scroll within the pane, so that the other stays where it is. */
  function toSight(element) {
    element.scrollIntoView({ block: "center", inline: "nearest" });
  }

  function showWords(number) {
    choose(number);
    const mark = document.getElementById(`m${number}`);
    toSight(mark);
    mark.tabIndex = -1;
    mark.focus({ preventScroll: true });
  }

  function showRow(number) {
    choose(number);
    const row = rowOf(number);
    if (row && !row.hidden) toSight(row);
  }

  // One row of the table is in the order of the tab key; arrow keys go from there.
  let reached = null;
  function reach(row) {
    if (reached) linkOf(reached).tabIndex = -1;
    reached = row;
    linkOf(row).tabIndex = 0;
  }

  text.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (!mark || !getSelection().isCollapsed) return;
    showRow(numberOf(mark));
    tellAbout(mark);
  });

  // --- what is said of a mark, beside it: its words, what it is, where it stands, by which rule it was found

  const about = document.getElementById("about");
  let toldAt = 0; // how far the text was scrolled

  function tellAbout(mark) {
    if (!about.showPopover) return; // an old browser: the line at the foot says what it is
    const number = numberOf(mark);
    const words = data.words[language];
    const [start, end, rule, confidence] = data.details[number - 1];
    const facts = [["offsets", words["document.characters"].replace("{start}", start).replace("{end}", end)], ["rule", rule], ["confidence", confidence]];
    about.querySelector("b").textContent = [...piecesOf(number)].filter((piece) => !piece.parentElement.closest(`#m${number}`)).map((piece) => piece.textContent).join("").slice(0, 60);
    about.querySelector(".label").textContent = labelOf(number);
    about.querySelector("dl").replaceChildren(...facts.filter(([, value]) => value !== null && value !== "").flatMap(([name, value]) => {
      const pair = [document.createElement("dt"), document.createElement("dd")];
      pair[0].textContent = words[`document.${name}`];
      pair[1].textContent = value;
      return pair;
    }));
    about.showPopover();
    toldAt = text.scrollTop;
    const [at] = mark.getClientRects();
    const { width, height } = about.getBoundingClientRect();
    about.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    about.style.top = `${at.bottom + height + 8 < innerHeight ? at.bottom + 6 : Math.max(8, at.top - height - 6)}px`;
  }

  text.addEventListener("keydown", (event) => {
    const mark = event.target.closest("mark");
    if (mark && event.key === "Enter") tellAbout(mark);
  });
  text.addEventListener("scroll", () => {
    if (about.showPopover && Math.abs(text.scrollTop - toldAt) > 40) about.hidePopover(); // its mark is elsewhere
  }, { passive: true });

  list.addEventListener("click", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || !getSelection().isCollapsed) return;
    event.preventDefault();
    showWords(row.id.slice(1));
  });

  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!row || !step) return;
    event.preventDefault();
    let at = rows.indexOf(row) + step;
    while (rows[at] && rows[at].hidden) at += step;
    if (!rows[at]) return;
    reach(rows[at]);
    linkOf(rows[at]).focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || chosen === null) return;
    const row = rowOf(chosen);
    if (row && !row.hidden) linkOf(row).focus();
  });

  // --- what is shown

  // What a row says, to be searched, in the language that is shown.
  const wordsOf = new Map();
  const searched = (row) => {
    if (!wordsOf.has(row)) wordsOf.set(row, row.textContent.toLowerCase());
    return wordsOf.get(row);
  };

  function show() {
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
    text.className = ["pane", ...[...off].map((look) => `no-${look}`)].join(" ");
    let count = 0;
    for (const row of rows) {
      row.hidden = off.has(row.className.split(" ")[0]) || !wanted.every((word) => searched(row).includes(word));
      count += !row.hidden;
    }
    shown.textContent = `${count.toLocaleString("en")} ${data.words[language]["document.shown"]}`;
    none.hidden = count > 0;
    const first = reached && !reached.hidden ? reached : rows.find((row) => !row.hidden);
    if (first) reach(first);
  }

  boxes.forEach((box) => box.addEventListener("change", show));
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("input", () => {
    wanted = filter.value.toLowerCase().trim().split(/\s+/);
    show();
  });

  // --- contents and language

  const contents = document.querySelector(".contents");
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a")) contents.open = false;
  });
  document.addEventListener("click", (event) => {
    if (!contents.contains(event.target)) contents.open = false;
  });
  contents.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    contents.open = false;
    contents.querySelector("summary").focus();
  });

  function speak(next) {
    const changed = next !== language;
    language = next;
    document.documentElement.lang = language;
    const words = data.words[language];
    for (const [look, word] of Object.entries(data.kinds[language])) {
      document.documentElement.style.setProperty(`--${look}`, `"${word} "`);
    }
    document.querySelectorAll("[data-language]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    });
    if (changed) {
      document.querySelectorAll("[data-word]").forEach((element) => {
        element.textContent = words[element.dataset.word];
      });
      document.querySelectorAll("[data-label]").forEach((element) => {
        element.setAttribute("aria-label", words[element.dataset.label]);
      });
      filter.placeholder = words[filter.dataset.hint];
      text.querySelectorAll("mark").forEach((mark) => {
        mark.title = labelOf(numberOf(mark));
      });
      wordsOf.clear();
      if (chosen !== null) said.textContent = labelOf(chosen);
    }
    show();
  }

  document.querySelectorAll("[data-language]").forEach((button) => {
    button.addEventListener("click", () => speak(button.dataset.language));
  });

  rows.forEach((row) => {
    linkOf(row).tabIndex = -1;
  });
  speak(language);
  if (/^#m\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1))) {
    showWords(location.hash.slice(2));
  }
})();
