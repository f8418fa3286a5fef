// JSON as proof documents use it. The browser's own parser forgets the order of fields, drops repeated ones and knows no
// difference between two spellings of a string, so a document could show one thing to it and another to somebody else.
// parse therefore keeps the text of every token, and the readers below accept one encoding for each content.

import { fromBase64 } from "./bytes.js";
import { Refusal } from "./refusal.js";

const MAX_DEPTH = 64;

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const word = /true|false|null/y;
const space = /[ \t\n\r]*/y;

// parse returns the tree of a JSON text: {kind, …} with kind object (fields: pairs of names and nodes, as they stand), array
// (items), string (value, token), number (token) or word (token). It throws a SyntaxError for what is no JSON.
export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (reader.at !== text.length) reader.fail("something follows the JSON value");
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.blank();
  }

  fail(what) {
    throw new SyntaxError(`${what}, at character ${this.at}`);
  }

  // blank moves over white space.
  blank() {
    space.lastIndex = this.at;
    space.test(this.text);
    this.at = space.lastIndex;
  }

  // match moves over a match at the present place and returns it, or null where there is none.
  match(pattern) {
    const start = this.at;
    pattern.lastIndex = start;
    if (!pattern.test(this.text)) return null;
    this.at = pattern.lastIndex;
    return this.text.slice(start, this.at);
  }

  take(character) {
    if (this.text[this.at] !== character) return false;
    this.at++;
    this.blank();
    return true;
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.fail("nested too deep");
    if (this.take("{")) return this.object(depth);
    if (this.take("[")) return { kind: "array", items: this.sequence("]", () => this.value(depth + 1)) };
    if (this.text[this.at] === '"') return this.string();
    const digits = this.match(number);
    const token = digits ?? this.match(word) ?? this.fail("no JSON value");
    this.blank();
    return { kind: digits === null ? "word" : "number", token };
  }

  object(depth) {
    const fields = this.sequence("}", () => {
      if (this.text[this.at] !== '"') this.fail("a field has no name");
      const name = this.string();
      if (!this.take(":")) this.fail("a field has no value");
      return [name, this.value(depth + 1)];
    });
    return { kind: "object", fields };
  }

  sequence(end, element) {
    const elements = [];
    if (this.take(end)) return elements;
    do elements.push(element());
    while (this.take(","));
    if (!this.take(end)) this.fail(`no ${end}`);
    return elements;
  }

  string() {
    const start = this.at;
    let end = start;
    do end = this.text.indexOf('"', end + 1);
    while (end > 0 && isEscaped(this.text, end));
    if (end < 0) this.fail("a string has no end");
    const token = this.text.slice(start, end + 1);
    const value = JSON.parse(token); // one token, so nothing of the above is lost
    this.at = end + 1;
    this.blank();
    return { kind: "string", value, token };
  }
}

function isEscaped(text, at) {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

// quote writes a string in its one encoding: escapes only where JSON demands them, and for the two line separators that are
// none in JSON and were some in JavaScript. It is null for text with half a character.
export function quote(text) {
  if (!text.isWellFormed()) return null;
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16));
}

// compact writes a tree without white space, every token as it was.
export function compact(node) {
  switch (node.kind) {
    case "object":
      return "{" + node.fields.map(([name, value]) => `${name.token}:${compact(value)}`).join(",") + "}";
    case "array":
      return "[" + node.items.map(compact).join(",") + "]";
    default:
      return node.token;
  }
}

// canonical writes a value of JavaScript in the one encoding of a view: names ascending, no white space. Whole numbers are
// numbers or BigInts; fields that are undefined are not written.
export function canonical(value) {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "[" + value.map(canonical).join(",") + "]";
  if (typeof value !== "object") return String(value);
  const names = Object.keys(value).filter((name) => value[name] !== undefined).sort();
  return "{" + names.map((name) => `${quote(name)}:${canonical(value[name])}`).join(",") + "}";
}

// A reader turns a node at a place of the document into a value, or refuses it. The readers below are made of each other.

function malformed(at, detail) {
  throw new Refusal("DOCUMENT_MALFORMED", at, detail);
}

export function text(node, at) {
  if (node.kind !== "string" || quote(node.value) !== node.token) malformed(at, "not a string in its one encoding");
  return node.value;
}

export function bytes(node, at) {
  return fromBase64(text(node, at)) ?? malformed(at, "not base64 in its one encoding");
}

// sized reads bytes of one length.
export const sized = (length) => (node, at) => {
  const read = bytes(node, at);
  return read.length === length ? read : malformed(at, `${read.length} bytes, ${length} are expected`);
};

// count reads a whole number that JavaScript holds exactly.
export function count(node, at) {
  const read = Number(node.token);
  if (node.kind !== "number" || !/^(?:0|[1-9][0-9]*)$/.test(node.token) || !Number.isSafeInteger(read)) {
    malformed(at, `not a whole number of at most ${Number.MAX_SAFE_INTEGER}`);
  }
  return read;
}

// instant reads a time in UTC as RFC 3339 writes it, without zeros at the end of a fraction.
export function instant(node, at) {
  const read = text(node, at);
  const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{0,8}[1-9])?Z$/.exec(read);
  const time = form ? new Date(`${form[1]}Z`) : null;
  if (!form || isNaN(time) || time.toISOString().slice(0, 19) !== form[1]) malformed(at, "not a time in UTC");
  return read;
}

// asIs reads anything and keeps its spelling.
export const asIs = (node) => compact(node);

export const list = (item, most) => (node, at) => {
  if (node.kind !== "array") malformed(at, "not a list");
  if (node.items.length > most) malformed(at, `${node.items.length} items, at most ${most} are read`);
  return node.items.map((one, i) => item(one, `${at}[${i}]`));
};

// fields reads an object that has exactly the fields named, in this order; those whose name ends with ? may be absent.
export const fields = (shape) => (node, at) => {
  if (node.kind !== "object") malformed(at, "not an object");
  const rest = [...node.fields];
  const read = {};
  for (const [spelled, reader] of Object.entries(shape)) {
    const name = spelled.replace("?", "");
    const place = at ? `${at}.${name}` : name;
    if (rest[0]?.[0].token === `"${name}"`) read[name] = reader(rest.shift()[1], place);
    else if (name === spelled) malformed(place, "missing, or not in its place");
  }
  if (rest.length > 0) malformed(at || "document", `${rest[0][0].token} is no field, or not in its place`);
  return read;
};
