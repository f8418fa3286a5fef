// The result of a check, in words for who is not an expert.

import { card, element, sign } from "./dom.js";
import { history } from "./history.js";
import { locale, texts } from "./texts.js";

// The steps of a check in their order, each with the reasons that end it.
const STEPS = {
  document: ["DOCUMENT_MALFORMED", "SCHEMA_UNKNOWN", "CLASSES_INCOMPLETE"],
  epoch: [
    "EPOCH_MALFORMED", "GENERATED_BEFORE_EPOCH", "CHANNEL_MISMATCH", "CHAINCODE_MISMATCH", "ENDORSEMENT_INVALID", "ENDORSEMENT_OF_OTHER_RECORD",
    "TOO_FEW_ENDORSEMENTS",
  ],
  index: ["NOTE_MALFORMED", "OTHER_LOG", "NOTE_SIGNATURE_INVALID", "TOO_FEW_COSIGNATURES", "RECORD_NOT_INDEXED"],
  lists: ["LIST_NOT_IN_MAP", "EVENT_DUPLICATE"],
  events: ["LEAF_MALFORMED", "OTHER_PASSPORT", "OTHER_CLASS", "STATEMENT_MISMATCH", "NOT_IN_STREAM", "SIGNATURE_INVALID", "VIEW_MISMATCH"],
  signatures: [], // a signature that does not hold ends the check of its event
  vin: ["TAG_PROOF_MISSING", "OTHER_VEHICLE"],
};

// FRESH is how old a document may be, in milliseconds, before its reader is told to mind its age.
const FRESH = 31 * 86_400_000;

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const written = (time) => `${moment.format(time)} UTC`;

const sum = (lists, field) => lists.reduce((total, list) => total + list[field], 0);

// accepted shows what a document has shown, of which every check holds.
export function accepted(report, now, milliseconds) {
  const [all, shown] = [sum(report.lists, "count"), sum(report.lists, "shown")];
  return [
    verdict(all === shown ? "good" : "warn", ...(all === shown
      ? texts.verdict.good(all, written(report.record.time))
      : texts.verdict.withheld(all - shown, all, written(report.record.time)))),
    facts(report, all, shown, now),
    card(texts.checksTitle, checks(report)),
    card(texts.listsTitle, element("p", { class: "soft" }, texts.listsLead), classes(report.lists)),
    ...history(report.events),
    card(texts.limitsTitle, plainList(limits(report, all, shown))),
    experts(report, milliseconds),
  ];
}

// refused shows why a document, or a trust list, is not accepted.
export function refused({ reason, at, detail }) {
  const step = Object.keys(STEPS).find((name) => STEPS[name].includes(reason));
  const title = step === "vin" ? texts.verdict.otherVehicle : reason === "TRUST_MALFORMED" ? texts.verdict.trust : texts.verdict.bad;
  return [
    verdict("bad", title, texts.refusals[at] ?? texts.refusals[reason]),
    step && card(texts.checksTitle, refusedChecks(step, reason)),
    card(texts.detailTitle, fields([[texts.reason(reason, at), detail]])),
  ];
}

function verdict(state, title, text) {
  return element("section", { class: `card verdict ${state}` }, sign(state, texts.states[state]), element("h2", { tabindex: -1 }, title), element("p", {}, text));
}

function facts({ record, endorsers, index, trust, vin }, all, shown, now) {
  const fact = (name, value, note, state = "none") =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value, element("span", { class: `small mark-${state}` }, note)));
  const t = texts.facts;
  const age = now - record.time;
  const watchers = index.cosigners.map(({ name }) => name);
  return element("section", { class: "card" }, element("dl", { class: "facts" },
    fact(t.complete, written(record.time), t.ago(age), age > FRESH ? "warn" : "none"),
    fact(t.events, t.eventsOf(shown, all), ""),
    fact(t.vouched, endorsers.trusted.join(", "), t.vouchedOf(endorsers.trusted, trust.min_endorsements)),
    fact(t.watched, watchers.join(", ") || t.nobody, t.watchedOf(watchers, trust.min_cosignatures)),
    fact(t.car, vin ? t.carShown : t.carNotAsked, vin ? "" : t.carHint, vin ? "none" : "warn")));
}

function checks(report) {
  const nothingSigned = report.signatures.signed === 0;
  return element("ol", { class: "checks" }, Object.keys(STEPS).map((step) => {
    if (step === "vin" && !report.vin) return check("none", step, texts.notAsked.vin);
    return check(step === "signatures" && nothingSigned ? "none" : "good", step, texts.holds[step](report));
  }));
}

function refusedChecks(failed, reason) {
  const steps = Object.keys(STEPS);
  const place = steps.indexOf(failed);
  return element("ol", { class: "checks" }, steps.map((step, i) =>
    i < place ? check("good", step, "") : i === place ? check("bad", step, texts.refusals[reason]) : check("none", step, texts.notReached)));
}

const check = (state, step, text) =>
  element("li", {}, sign(state, texts.states[state]), element("div", {}, element("strong", {}, texts.steps[step]), element("span", { class: "soft" }, text)));

function classes(lists) {
  return element("ul", { class: "classes" }, lists.map(({ class: name, count, shown }) =>
    element("li", { class: shown < count ? "withheld" : "" }, element("b", {}, texts.classes[name]), texts.classCount(shown, count))));
}

const plainList = (items) => element("ul", { class: "plain-list" }, items.map((item) => element("li", {}, item)));

function limits({ trust, vin, signatures, events }, all, shown) {
  const t = texts.limits;
  const gaps = [...signatures.numbers].map(([source, numbers]) => {
    const end = Math.max(...numbers);
    return texts.missing(source, end + 1 - numbers.size, end);
  });
  return [
    t.submitted, t.truth, t.after, ...(vin ? [] : [t.car]), t.ledger, t.place, ...(trust.min_cosignatures === 0 ? [t.witness] : []),
    ...(signatures.signed > 0 ? [t.keys] : []), ...(shown < all ? [t.withheld] : []), ...(events.length === 0 ? [t.tied] : []), ...gaps,
  ];
}

function experts({ document, record, hash, endorsers, index, signatures }, milliseconds) {
  const t = texts.detail;
  const { id, channel, chaincode, block } = document.epoch.transaction;
  return element("details", { class: "card" }, element("summary", {}, texts.detailTitle), fields([
    [t.passport, document.passport],
    [t.epoch, String(record.number)],
    [t.hash, hash],
    [t.time, new Date(record.time).toISOString()],
    [t.index, String(index.size)],
    [t.endorsers, endorsers.trusted.join(", ")],
    [t.others, endorsers.others.join(", ") || texts.facts.nobody],
    [t.cosigners, index.cosigners.map(({ name, time }) => `${name} (${time.toISOString()})`).join(", ") || texts.facts.nobody],
    [t.generated, document.generated_at],
    [t.transaction, id],
    [t.channel, `${channel}, ${chaincode}`],
    [t.block, String(block)],
    [t.duration, `${milliseconds.toFixed(1)} ms`],
    ...(signatures.notCounted.length > 0
      ? [[texts.notCounted.title, signatures.notCounted.map(({ at, why }) => `${at}: ${texts.notCounted[why]}`).join("; ")]]
      : []),
  ]));
}

const fields = (pairs) =>
  element("dl", { class: "fields" }, pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { class: "code" }, value)]));
