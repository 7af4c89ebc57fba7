// dom.js: elements, safe text, words.
//
// Nothing of a document is ever parsed as HTML: all text goes through `visible` into text nodes. Elements that hold text
// of documents isolate its direction (see `bdi` in common.css).

"use strict";

const byId = (id) => document.getElementById(id);

// Control characters, escapes of terminals, and marks that turn the direction of what follows, as something to see.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

function visible(text) {
  return String(text).replace(/\r\n?/g, "\n").replace(UNSEEN, (sign) => {
    const code = sign.codePointAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}

// make("td", {class: "x", "data-line": 3, onclick: f}, "text", child, ...): null, false and empty children are left out.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : visible(value));
  }
  put(element, ...children);
  return element;
}

function put(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return element;
}

// Words of documents: isolated, so that right-to-left text moves nothing beside it.
const quoted = (text, attributes) => make("bdi", attributes, text);
const unseen = (text) => make("span", { class: "unseen" }, text);

const page = JSON.parse(byId("data").textContent);
const narrow = window.matchMedia("(max-width: 719px)");

const language = {
  now: page.language,
  set(code) {
    this.now = page.words[code] ? code : page.language;
    document.documentElement.lang = this.now === "zh" ? "zh-CN" : "en";
    document.title = word("title", { reports: count(page.reports.length) });
    for (const element of document.querySelectorAll("[data-word]")) {
      element.textContent = word(element.dataset.word);
    }
    for (const element of document.querySelectorAll("[data-word-label]")) {
      element.setAttribute("aria-label", word(element.dataset.wordLabel));
    }
    for (const element of document.querySelectorAll("[data-word-placeholder]")) {
      element.setAttribute("placeholder", word(element.dataset.wordPlaceholder));
    }
  },
};

// The page's words for a key, with `{fields}` filled in. A key without words stands for itself, so that none is lost.
function word(key, fields) {
  const template = page.words[language.now][key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => (fields && name in fields ? fields[name] : whole));
}

// What a code of a column is called: code("status", "target").
function code(column, value) {
  if (value === null || value === undefined || value === "") return "";
  const words = page.words[language.now].codes;
  return (words[column] && words[column][value]) || String(value);
}

const codes = (column, values) =>
  String(values || "").split(" ").filter(Boolean).map((value) => code(column, value)).join(word("list_comma"));

const count = (number) => number.toLocaleString("en-US");

// A number as the cells of the comparison have it: at most four decimals, four significant digits where it is small.
function plain(number) {
  if (number === null || number === undefined) return "";
  const size = Math.abs(number);
  const rounded = size > 0 && size < 0.1 ? Number(number.toPrecision(4)) : Math.round(number * 1e4) / 1e4;
  return rounded.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 12 });
}
