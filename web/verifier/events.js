// The events of a document: each says what is shown of it.

import { canonical } from "./json.js";
import { verifyInclusion } from "./merkle.js";
import { inOrder, orRefuse, refuse } from "./refusal.js";
import { Statements } from "./statements.js";
import { readEvent, readLeaf, signatureView } from "./view.js";

// checkEvents demands of every event shown that it means what is shown, and of every statement that an event refers to it.
export async function checkEvents({ lists, passport, statements: sealed }, leaves, record) {
  const statements = await Statements.of(sealed);
  const shown = lists.flatMap((list, i) =>
    (list.entries ?? []).map((entry, j) => ({ entry, class: list.class, hash: leaves[i][j], at: `lists[${i}].entries[${j}]` })));
  const events = await inOrder(shown.filter(({ entry }) => entry.leaf).map((one) => checkEvent(one, passport, statements, record)));
  statements.end();
  return events;
}

// checkEvent does what depends on the order of events before it waits for anything.
async function checkEvent({ entry, class: name, hash, at }, passport, statements, record) {
  const malformed = (err) => refuse("LEAF_MALFORMED", `${at}.leaf`, err.message);
  const leaf = attempt(() => readLeaf(entry.leaf), malformed);
  statements.refer(entry.signature, `${at}.signature.statement`);
  const event = attempt(() => readEvent(leaf), malformed);
  const signature = await statements.covering(event.named, event.sent, entry.signature, `${at}.signature`);
  checkPlace(event, passport, name, `${at}.leaf`);
  await checkPosition(entry.position, hash, record, `${at}.position`);
  const view = { ...event.view, signature: signature && signatureView(signature) };
  if (entry.event !== canonical(view)) refuse("VIEW_MISMATCH", `${at}.event`, "the event shown is not the event journaled");
  return { class: event.class, view, signature, position: entry.position, at };
}

function attempt(read, failed) {
  try {
    return read();
  } catch (err) {
    return failed(err);
  }
}

function checkPlace(event, passport, name, at) {
  if (event.passport !== passport) refuse("OTHER_PASSPORT", at, "the event belongs to another passport");
  if (event.class === undefined) refuse("LEAF_MALFORMED", at, `${event.type} is of no class`);
  if (event.class !== name) refuse("OTHER_CLASS", at, `an event of class ${event.class}`);
}

// checkPosition follows the path from the event to the root of its stream.
async function checkPosition(position, leaf, record, at) {
  if (!position) return;
  const stream = record.streams.get(position.stream);
  if (!stream) refuse("NOT_IN_STREAM", `${at}.stream`, `the epoch has no stream ${position.stream}`);
  await orRefuse("NOT_IN_STREAM", `${at}.path`, () =>
    verifyInclusion(position.path, position.seq, Number(stream.size), leaf, stream.root));
}
