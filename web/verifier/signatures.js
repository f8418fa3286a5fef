// What the sources of events signed: package verify/signatures in JavaScript. A source's signature shows that neither the platform nor
// anybody between made or changed an event, and because signatures count, what is missing between those of a vehicle's own key.

import { fromBigEndian, hex } from "./bytes.js";
import { verifySignature } from "./crypto.js";
import { refuse } from "./refusal.js";
import { ES256 } from "./trust.js";

const HALF_ORDER_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n >> 1n;

// checkSignatures verifies the signatures of events under the keys of the trust list. One that names a listed key and does not hold
// refuses the document, because no honest platform journals it. The result counts the events and says why others are not counted.
export async function checkSignatures(events, passport, keys) {
  const found = { signed: 0, ofVehicle: 0, unsigned: 0, notCounted: [], numbers: new Map() };
  const verified = new Map();
  for (const event of events) {
    if (!event.signature) {
      found.unsigned++;
      continue;
    }
    const key = keys.get(hex(event.signature.statement.kid));
    const why = key ? await checkSignature(event, key, passport, verified) : "keyNotListed";
    if (why) found.notCounted.push({ at: event.at, key: event.view.signature.key, why });
    else count(found, event, key);
  }
  return found;
}

// checkSignature returns why a signature that holds proves nothing here, or undefined.
async function checkSignature(event, key, passport, verified) {
  const at = `${event.at}.signature`;
  const { statement } = event.signature;
  if (!verified.has(statement)) verified.set(statement, await holds(statement, key)); // one statement covers many events
  if (!verified.get(statement)) refuse("SIGNATURE_INVALID", at, "the source's signature does not hold");
  if (statement.source !== event.view.source) refuse("SIGNATURE_INVALID", at, "the statement is of another source than the event");
  return weakness(event, key, passport);
}

async function holds({ algorithm, toBeSigned, signature }, key) {
  if (algorithm !== key.algorithm || signature.length !== 64) return false;
  // Of the two forms that a signature of ES256 has, only the one with the lesser s is one.
  if (algorithm === ES256 && fromBigEndian(signature.subarray(32)) > HALF_ORDER_P256) return false;
  return verifySignature(key.key, toBeSigned, signature);
}

// weakness says why the event does not stand where signatures of the key are good, undefined if it does.
function weakness({ view, position }, key, passport) {
  if (view.source !== key.source) return "keyOfOtherSource";
  if (key.passport !== "" && key.passport !== passport) return "keyOfOtherVehicle";
  if (view.member !== key.member) return "otherMember";
  if (key.first === 0 && key.end === Infinity) return undefined; // always good
  if (!position) return "positionNotShown";
  if (position.stream !== key.stream) return "otherStream";
  if (position.seq < key.first) return "beforeEnrolment";
  if (position.seq >= key.end) return "afterRevocation";
  return undefined;
}

function count(found, { signature }, key) {
  found.signed++;
  if (key.passport === "") return;
  found.ofVehicle++;
  found.numbers.set(key.source, (found.numbers.get(key.source) ?? new Set()).add(signature.number));
}
