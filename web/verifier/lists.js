// The lists of a document: one for each class of events, and each whole.

import { hex, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { headOf, verifyAbsent, verifyPresent } from "./headmap.js";
import { entryHash, rootOf } from "./merkle.js";
import { inOrder, orRefuse, refuse } from "./refusal.js";

// checkMap checks every list against the map of the epoch: from here on each event shown is one that was journaled for this vehicle, and no
// event of a list is missing. It returns the leaf hashes of all lists.
export async function checkMap({ lists, tag }, root) {
  const keys = await Promise.all(lists.map((list) => keyOf(tag, list.class)));
  const commitments = await Promise.all(lists.map(({ entries = [] }) =>
    Promise.all(entries.map((entry) => entry.commitment ?? sha256(entry.leaf)))));
  const seen = new Set();
  return inOrder(lists.map((list, i) => checkList(list, keys[i], commitments[i], root, seen, `lists[${i}]`)));
}

// checkList returns the leaf hashes of a list.
async function checkList({ proof, withheld }, key, commitments, root, seen, at) {
  for (const [j, commitment] of commitments.entries()) {
    const id = hex(commitment);
    if (seen.has(id)) refuse("EVENT_DUPLICATE", `${at}.entries[${j}]`, "the event occurs twice");
    seen.add(id);
  }
  const leaves = await Promise.all(commitments.map((commitment) => entryHash(key, commitment)));
  const count = withheld ? withheld.count : leaves.length;
  await orRefuse("LIST_NOT_IN_MAP", at, async () => {
    if (count === 0) return verifyAbsent(proof, key, root);
    return verifyPresent(proof, key, headOf(count, withheld ? withheld.root : await rootOf(leaves)), root);
  });
  return leaves;
}

// keyOf names the list of a vehicle and a class.
const keyOf = (tag, name) => sha256(utf8("pcc-event-list/v1\0"), tag, utf8(name));
