// The verification of a proof document, in the order in which package verify does it: the first rule that a document breaks ends it.

import { readDocument } from "./document.js";
import { checkEndorsements } from "./endorsement.js";
import { hashOf, parseEpoch } from "./epoch.js";
import { checkEvents } from "./events.js";
import { checkIndex } from "./index.js";
import { checkMap } from "./lists.js";
import { inOrder, orRefuse, refuse } from "./refusal.js";
import { checkSignatures } from "./signatures.js";
import { checkVIN } from "./vintag.js";

// verify checks a document against the reader's trust list and, if there is one, a VIN. It returns what was shown, or
// throws a Refusal.
export async function verify(documentText, trust, vin = null) {
  const document = readDocument(documentText);
  const record = await orRefuse("EPOCH_MALFORMED", "epoch.record", () => parseEpoch(document.epoch.record));
  if (Date.parse(document.generated_at) < record.time) refuse("GENERATED_BEFORE_EPOCH", "generated_at", "before the epoch's time");
  const hash = await hashOf(record);
  // The browser computes on threads of its own, so that what need not wait for each other runs at the same time.
  const [endorsers, index, events] = await inOrder([
    checkEndorsements(document.epoch, hash, trust), checkIndex(document.index, record, trust), checkLists(document, record),
  ]);
  const signatures = await checkSignatures(events, document.passport, trust.source_keys);
  if (vin !== null) await checkVIN(document, vin, trust.tag_key);
  return {
    document, trust, record, hash, endorsers, index, events, signatures,
    lists: document.lists.map(({ class: name, entries, withheld }) => ({
      class: name,
      count: withheld ? withheld.count : entries.length,
      shown: withheld ? 0 : entries.filter((entry) => entry.leaf).length,
    })),
    vin: vin !== null,
  };
}

// checkLists checks first that the lists are those recorded, then what is shown of their events.
async function checkLists(document, record) {
  return checkEvents(document, await checkMap(document, record.mapRoot), record);
}
