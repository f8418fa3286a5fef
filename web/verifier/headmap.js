// The map of completeness: a tree that gives each list of events its head, which is the list's length and root. Package
// internal/headmap/proof describes every byte.

import { bigEndian, concat, equal, fromBigEndian } from "./bytes.js";
import { sha256 } from "./crypto.js";

const KEY = 32;
const HEAD = 40;
const MAX_COUNT = 1n << 48n;

// Kinds of proofs: their first byte.
const EMPTY = 0x00;
const PRESENT = 0x01;
const BESIDE = 0x02;

// Malformed tells bytes that are no proof from a proof that does not prove what it is shown for.
export class Malformed extends Error {}

export const headOf = (count, root) => concat(bigEndian(count, 8), root);

// checkHead throws for what is not the head of a list that has entries.
export function checkHead(head) {
  const count = fromBigEndian(head.subarray(0, 8));
  if (head.length !== HEAD || count < 1n || count > MAX_COUNT) throw new Malformed("not the head of a list");
}

// verifyPresent throws unless the map with the root gives the head to the key.
export async function verifyPresent(proof, key, head, root) {
  checkHead(head);
  if (kindOf(proof) !== PRESENT) throw new Error("not a proof of inclusion");
  await leadsTo(root, parsePath(proof.subarray(1)), key, await leafOf(key, head));
}

// verifyAbsent throws unless the map with the root has no head for the key: its list is empty.
export async function verifyAbsent(proof, key, root) {
  const kind = kindOf(proof);
  const rest = proof.subarray(1);
  if (kind === PRESENT) throw new Error("not a proof of non-inclusion");
  if (kind === EMPTY) {
    if (rest.length > 0) throw new Malformed("bytes after the proof of an empty map");
    if (!equal(root, await sha256([0x02]))) throw new Error("the map is not empty");
    return;
  }
  if (rest.length < KEY + HEAD) throw new Malformed("no other key");
  const other = rest.subarray(0, KEY);
  const head = rest.subarray(KEY, KEY + HEAD);
  checkHead(head);
  const path = parsePath(rest.subarray(KEY + HEAD));
  if (equal(other, key) || path.depths.some((d) => bit(other, d) !== bit(key, d))) {
    throw new Error("the other key is not in the place of this one");
  }
  await leadsTo(root, path, key, await leafOf(other, head));
}

function kindOf(proof) {
  if (proof.length === 0 || proof[0] > BESIDE) throw new Malformed("no known kind of proof");
  return proof[0];
}

// parsePath reads the depths of the nodes between leaf and root, descending, and the sibling at each.
function parsePath(encoded) {
  const length = encoded[0];
  const branches = encoded.subarray(1, 1 + length);
  if (length === undefined || length > KEY || branches.length < length) throw new Malformed("a path that is cut off");
  if (length > 0 && branches[length - 1] === 0) throw new Malformed("branches end in a zero byte");
  const depths = [];
  for (let d = 8 * length - 1; d >= 0; d--) if (bit(branches, d)) depths.push(d);
  const hashes = encoded.subarray(1 + length);
  if (hashes.length !== 32 * depths.length) throw new Malformed("a path with another number of siblings than of nodes");
  return { depths, siblings: depths.map((_, i) => hashes.subarray(32 * i, 32 * (i + 1))) };
}

// bit counts from the first byte's most significant bit.
const bit = (bytes, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1;

const leafOf = (key, head) => sha256([0x03], key, head);

async function leadsTo(root, { depths, siblings }, key, leaf) {
  let hash = leaf;
  for (const [i, depth] of depths.entries()) {
    const children = bit(key, depth) === 0 ? [hash, siblings[i]] : [siblings[i], hash];
    hash = await sha256([0x04, depth], ...children);
  }
  if (!equal(hash, root)) throw new Error("the proof leads to another root");
}
