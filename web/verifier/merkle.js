// Merkle trees of RFC 6962: of journals, of the index of epochs, and of the lists of events.

import { concat, equal } from "./bytes.js";
import { sha256 } from "./crypto.js";

const MAX_SIZE = 2 ** 48;

export const leafHash = (data) => sha256([0x00], data);

const nodeHash = (left, right) => sha256([0x01], left, right);

// verifyInclusion throws unless the path leads from the leaf hash, number index of a tree of size leaves, to the root.
export async function verifyInclusion(path, index, size, leaf, root) {
  if (size > MAX_SIZE || index >= size) throw new Error(`entry ${index} of a tree of ${size}`);
  const rest = [...path];
  let hash = leaf;
  let node = index;
  let last = size - 1;
  // On the way up, a node that is the last of its level and has no partner rises as it is.
  for (; last > 0; node = Math.floor(node / 2), last = Math.floor(last / 2)) {
    if (node === last && node % 2 === 0) continue;
    const sibling = rest.shift();
    if (sibling === undefined) throw new Error("the path is too short");
    hash = node % 2 === 1 ? await nodeHash(sibling, hash) : await nodeHash(hash, sibling);
  }
  if (rest.length > 0) throw new Error("the path is too long");
  if (!equal(hash, root)) throw new Error("the path leads to another root");
}

// rootOf returns the root over leaf hashes.
export async function rootOf(leaves) {
  if (leaves.length === 0) return sha256();
  let level = leaves;
  while (level.length > 1) {
    const pairs = [];
    for (let i = 0; i < level.length; i += 2) pairs.push(i + 1 < level.length ? nodeHash(level[i], level[i + 1]) : level[i]);
    level = await Promise.all(pairs);
  }
  return level[0];
}

// Entries of journals: a version byte, the key of the entry's list, and the commitment to its leaf.
const ENTRY_VERSION = 0x02;

// entryHash is the leaf hash of an entry, in its stream and in its list.
export const entryHash = (key, commitment) => leafHash(concat([ENTRY_VERSION], key, commitment));
