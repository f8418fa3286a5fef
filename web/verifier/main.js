// The page: three things to take, and what comes of them. It checks again whenever one of them changes.

import { strictText } from "./bytes.js";
import { available } from "./crypto.js";
import { element } from "./dom.js";
import { embedded, fileIntake } from "./intake.js";
import { Refusal } from "./refusal.js";
import { accepted, refused } from "./result.js";
import { texts } from "./texts.js";
import { parseTrust } from "./trust.js";
import { verify } from "./verify.js";
import { normalVIN } from "./vintag.js";

const given = { document: null, trust: null, vin: null };
const result = element("div", { id: "result" });
const status = element("p", { class: "hidden", role: "status" }); // what is read aloud: not all of the result
let run = 0;

// check verifies what is given, and shows only the result of the last run: the one before may still be at work.
async function check() {
  const mine = ++run;
  const show = (verdict, at, cards) => {
    if (mine !== run) return;
    Object.assign(result.dataset, { verdict, at });
    result.replaceChildren(...cards.flat().filter(Boolean));
    status.textContent = result.querySelector(".verdict h2")?.textContent ?? "";
    result.dataset.run = String(mine);
  };
  if (!given.document || !given.trust) {
    return show("", "", [element("p", { class: "card soft" }, given.document ? texts.waiting.trust : texts.waiting.document)]);
  }
  result.dataset.verdict = "";
  result.replaceChildren(element("p", { class: "card soft" }, texts.working));
  try {
    const trust = await parseTrust(textOf(given.trust, "TRUST_MALFORMED", "trust"));
    const began = performance.now();
    const report = await verify(textOf(given.document, "DOCUMENT_MALFORMED", "document"), trust, given.vin);
    const milliseconds = performance.now() - began;
    const chosenForYou = given.trustName === texts.embedded && warning(texts.embeddedTrust);
    show("ok", "", [chosenForYou, accepted(report, Date.now(), milliseconds)]);
  } catch (err) {
    // What this page did not foresee is no document that it has verified.
    const refusal = err instanceof Refusal ? err : new Refusal("DOCUMENT_MALFORMED", "document", String(err));
    show(refusal.reason, refusal.at, refused(refusal));
  }
}

function textOf(bytes, reason, at) {
  const text = strictText(bytes);
  if (text === null) throw new Refusal(reason, at, "not UTF-8");
  return text;
}

const warning = (text) => element("p", { class: "card warn", role: "alert" }, text);

function vinIntake() {
  const t = texts.vin;
  const problem = element("p", { class: "mark-bad small", role: "alert", hidden: true }, t.malformed);
  const input = element("input", {
    type: "text", id: "vin", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 40, "aria-label": t.label,
    onchange: () => {
      given.vin = input.value.trim() === "" ? null : input.value;
      problem.hidden = given.vin === null || normalVIN(input.value) !== null;
      check();
    },
  });
  return element("section", { class: "card", "aria-label": t.title }, element("h2", {}, t.title), element("p", { class: "soft small" }, t.hint), input, problem);
}

function start() {
  const taker = (name) => (bytes, from) => {
    given[name] = bytes;
    given[`${name}Name`] = from;
    check();
  };
  const intakes = ["document", "trust"].map((name) => fileIntake(name, texts[name], taker(name)));
  document.getElementById("page").replaceChildren(
    element("header", {}, element("p", { class: "brand" }, texts.brand), element("h1", {}, texts.title), element("p", { class: "lead" }, texts.lead)),
    available ? element("div", { class: "intake" }, ...intakes.map(({ form }) => form), vinIntake()) : element("p", { class: "card warn" }, texts.unavailable),
    status,
    result,
    element("footer", {}, element("p", {}, texts.footer)),
  );
  if (!available) return;
  check();
  ["document", "trust"].forEach((name, i) => {
    const bytes = embedded(`embedded-${name}`);
    if (bytes) intakes[i].take(bytes, texts.embedded);
  });
}

start();
