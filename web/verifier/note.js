// Signed notes of C2SP: the checkpoint of the index log with the signatures of the log and of its witnesses.

import { equal, fromBase64, fromBigEndian, fromLooseBase64, utf8 } from "./bytes.js";
import { ed25519Key, sha256, verifySignature } from "./crypto.js";

export const LOG = 0x01;
export const COSIGNATURE = 0x04;

const MAX_NOTE = 64 << 10;
const MAX_SIGNATURES = 100;
const MAX_SIZE = 2n ** 48n;
const MAX_SECONDS = (1n << 63n) - 1n;
const PREFIX = "\u2014 ";

// parseKey reads a verifier key <name>+<ID>+base64(type || Ed25519 key) of one type.
export async function parseKey(text, type) {
  const [name, id, ...rest] = text.split("+");
  const material = fromBase64(rest.join("+"));
  if (!isName(name) || !/^[0-9a-fA-F]{8}$/.test(id ?? "") || material?.length !== 33 || material[0] !== type) {
    throw new Error("not a verifier key of this type");
  }
  const own = (await sha256(utf8(name + "\n"), material)).subarray(0, 4);
  if (parseInt(id, 16) !== Number(fromBigEndian(own))) throw new Error("the key's ID is not its own");
  return { name, id: own, bytes: material.subarray(1), key: await ed25519Key(material.subarray(1)) };
}

const isName = (name) => name !== "" && !/[\s\u0085+\p{Cc}]/u.test(name) && utf8(name).length <= 255;

// open takes a signed note apart: its text and the lines of its signatures, not verified.
export function open(note) {
  const end = note.lastIndexOf("\n\n");
  if (utf8(note).length > MAX_NOTE || end < 0 || /[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.endsWith("\n")) throw new Error("no signed note");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new Error("too many signatures");
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line) {
  const space = line.indexOf(" ", PREFIX.length);
  const name = line.slice(PREFIX.length, space);
  const encoded = line.slice(space + 1);
  const signature = fromLooseBase64(encoded);
  if (!line.startsWith(PREFIX) || space < 0 || !isName(name) || signature === null || signature.length < 5) {
    throw new Error("a line that is no signature");
  }
  return { name, id: signature.subarray(0, 4), bytes: signature.subarray(4), isCanonical: fromBase64(encoded) !== null };
}

// demandCanonical refuses signatures, already verified, that could be written in several ways.
export function demandCanonical(signatures) {
  if (!signatures.every(({ isCanonical }) => isCanonical)) throw new Error("a signature that is not in its one encoding");
}

// signatureOf returns the first signature that names the key, or undefined.
export function signatureOf(key, signatures) {
  return signatures.find((one) => one.name === key.name && equal(one.id, key.id));
}

// verifyLog reports whether the bytes of a signature are the log's over the text.
export const verifyLog = (key, text, bytes) => bytes.length === 64 && verifySignature(key.key, utf8(text), bytes);

// verifyCosignature returns the time, as a Date, at which the witness says it saw the checkpoint, or null if the bytes are not its
// cosignature/v1 of the text.
export async function verifyCosignature(key, text, bytes) {
  if (bytes.length !== 72) return null;
  const seconds = fromBigEndian(bytes.subarray(0, 8));
  if (seconds === 0n || seconds > MAX_SECONDS) return null;
  const message = utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  return (await verifySignature(key.key, message, bytes.subarray(8))) ? new Date(Number(seconds) * 1000) : null;
}

// parseCheckpoint reads the text of a checkpoint: origin, size and root, and lines that mean nothing here.
export function parseCheckpoint(text) {
  const lines = text.slice(0, -1).split("\n");
  if (lines.length < 3 || lines.includes("") || !text.endsWith("\n")) throw new Error("no checkpoint");
  const [origin, size, encoded] = lines;
  const root = fromBase64(encoded);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size) || BigInt(size) > MAX_SIZE || root?.length !== 32) throw new Error("size or root of a checkpoint");
  return { origin, size: Number(size), root };
}
