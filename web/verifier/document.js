// The shape of a proof document, schema pcc-proof/v3: which fields it has, in which order, and how large they may be.

import { asIs, bytes, count, fields, instant, list, parse, sized, text } from "./json.js";
import { classNames } from "./schema.js";
import { refuse } from "./refusal.js";

const SCHEMA = "pcc-proof/v3";
const MAX_BYTES = 64 << 20;
const MAX_ENTRIES = 100_000;
const MAX_STATEMENTS = 100_000;
const MAX_ENDORSEMENTS = 64;
const MAX_TAG_PARTS = 64;
const MAX_TAG_INDEX = 2 ** 16 - 1;
const MAX_PATH = 48;
const MAX_COUNT = 2 ** 48;

const hash = sized(32);
const path = list(hash, MAX_PATH);

const entry = fields({
  "leaf?": bytes,
  "event?": asIs,
  "signature?": fields({ statement: count, path }),
  "position?": fields({ stream: text, seq: count, path }),
  "commitment?": hash,
});

const shape = fields({
  schema: text,
  passport: text,
  tag: hash,
  "tag_proof?": fields({
    blind: hash,
    parts: list(fields({ index: count, key: hash, evaluation: hash, proof: sized(64) }), MAX_TAG_PARTS),
  }),
  generated_at: instant,
  epoch: fields({
    record: text,
    transaction: fields({ id: text, channel: text, chaincode: text, block: count }),
    endorsements: list(fields({ msp_id: text, certificate: text, signature: bytes, signed: bytes }), MAX_ENDORSEMENTS),
  }),
  index: fields({ note: text, path }),
  statements: list(bytes, MAX_STATEMENTS),
  lists: list(
    fields({
      class: text,
      proof: bytes,
      "entries?": list(entry, MAX_ENTRIES),
      "withheld?": fields({ count, root: hash }),
    }),
    MAX_ENTRIES,
  ),
});

const malformed = (at, detail) => refuse("DOCUMENT_MALFORMED", at, detail);

// readDocument reads the text of a document, which is not verified by that.
export function readDocument(documentText) {
  if (documentText.length > MAX_BYTES) malformed("document", "too long");
  const tree = parseOrRefuse(documentText);
  const schema = tree.kind === "object" && tree.fields.find(([name]) => name.value === "schema")?.[1].value;
  if (schema !== SCHEMA) refuse("SCHEMA_UNKNOWN", "schema", `${schema} is not ${SCHEMA}`);
  const document = shape(tree, "");
  if (document.passport === "") malformed("passport", "names no passport");
  if (document.tag_proof) checkTagParts(document.tag_proof.parts);
  checkLists(document.lists);
  return document;
}

function checkTagParts(parts) {
  const places = parts.map(({ index }) => index);
  const ascending = places.every((place, i) => place > (places[i - 1] ?? 0) && place <= MAX_TAG_INDEX);
  if (!places.length || !ascending) malformed("tag_proof", "parts are not there, or not ascending by index");
}

function parseOrRefuse(documentText) {
  try {
    return parse(documentText);
  } catch (err) {
    return malformed("document", err.message);
  }
}

// checkLists demands the lists of all classes: which classes a vehicle has events of must not be the exporter's choice to show.
function checkLists(lists) {
  if (lists.length !== classNames.length) refuse("CLASSES_INCOMPLETE", "lists", `${lists.length} lists for ${classNames.length} classes`);
  let entries = 0;
  for (const [i, one] of lists.entries()) {
    const at = `lists[${i}]`;
    if (one.class !== classNames[i]) refuse("CLASSES_INCOMPLETE", `${at}.class`, `${one.class} in the place of ${classNames[i]}`);
    if (Boolean(one.entries) === Boolean(one.withheld)) malformed(at, "a list has either entries or what is withheld");
    if (one.withheld && (one.withheld.count < 1 || one.withheld.count > MAX_COUNT)) malformed(`${at}.withheld`, "a count out of range");
    one.entries?.forEach((event, j) => checkEntry(event, `${at}.entries[${j}]`));
    if ((entries += one.entries?.length ?? 0) > MAX_ENTRIES) malformed(`${at}.entries`, `more than ${MAX_ENTRIES} in all lists`);
  }
}

function checkEntry({ leaf, event, signature, position, commitment }, at) {
  if (leaf === undefined && (event !== undefined || signature !== undefined || position !== undefined || commitment === undefined)) {
    malformed(at, "an event that is not shown has a commitment and nothing else");
  }
  if (leaf !== undefined && (event === undefined || commitment !== undefined)) {
    malformed(at, "an event that is shown has a leaf and a view, and no commitment");
  }
}
