// The trust list: whom the reader believes. It is the reader's own and never part of a document. Unlike a document it may have its
// fields in any order, but none twice and none that is unknown.

import { equal, fromBase64, hex } from "./bytes.js";
import { ecdsaKey, ed25519Key, sha256 } from "./crypto.js";
import { parse } from "./json.js";
import { COSIGNATURE, LOG, parseKey } from "./note.js";
import { refuse } from "./refusal.js";
import { fromPEM } from "./x509.js";

const MAX_BYTES = 1 << 20;
const MAX_SOURCE_KEYS = 1000;
const MAX_WITNESSES = 64;

const malformed = (at, detail) => refuse("TRUST_MALFORMED", at, detail);

// parseTrust reads a trust list and refuses one that could not protect its reader.
export async function parseTrust(text) {
  if (text.length > MAX_BYTES) malformed("trust", "too long");
  const list = read(parseOrRefuse(text), "trust", {
    channel: "string", chaincode: "string", min_endorsements: "number", msps: "array", log: "string",
    "witnesses?": "array", "min_cosignatures?": "number", "tag_key?": "string", "source_keys?": "array",
  });
  const { channel, chaincode, min_endorsements } = list;
  if (!channel || !chaincode) malformed("trust", "channel and chaincode must be named");
  const msps = list.msps.map(readMSP);
  if (min_endorsements < 1 || min_endorsements > msps.length) malformed("trust.min_endorsements", `${min_endorsements} of ${msps.length} organisations`);
  checkShared(msps);
  const witnesses = await readWitnesses(list.witnesses ?? [], list.min_cosignatures ?? 0);
  return {
    channel, chaincode, min_endorsements, msps, witnesses,
    min_cosignatures: list.min_cosignatures ?? 0,
    log: await readKey(list.log, LOG, "trust.log"),
    tag_key: list.tag_key ? readBytes(list.tag_key, 32, "trust.tag_key") : null,
    source_keys: await readSourceKeys(list.source_keys ?? []),
  };
}

function parseOrRefuse(text) {
  try {
    return parse(text);
  } catch (err) {
    return malformed("trust", err.message);
  }
}

// read takes the fields of an object: their names and kinds are those of the shape, those with ? may be absent or null.
function read(node, at, shape) {
  if (node.kind !== "object") malformed(at, "not an object");
  const values = {};
  for (const [{ value: name }, value] of node.fields) {
    const optional = shape[`${name}?`];
    const kind = optional ?? shape[name];
    if (kind === undefined || name in values) malformed(at, `field ${name} is unknown or there twice`);
    if (optional && value.token === "null") continue;
    if (value.kind !== kind) malformed(`${at}.${name}`, `not of kind ${kind}`);
    values[name] = plain(value, `${at}.${name}`);
  }
  for (const name of Object.keys(shape)) {
    if (!name.endsWith("?") && !(name in values)) malformed(`${at}.${name}`, "missing");
  }
  return values;
}

function plain(node, at) {
  if (node.kind === "string") return node.value;
  if (node.kind === "array") return node.items;
  const number = Number(node.token);
  return Number.isSafeInteger(number) && number >= 0 ? number : malformed(at, "not a whole number");
}

function readBytes(text, length, at) {
  const bytes = fromBase64(text);
  return bytes?.length === length ? bytes : malformed(at, `not ${length} bytes in base64`);
}

function readMSP(node, i) {
  const at = `trust.msps[${i}]`;
  const { msp_id, root_certificates } = read(node, at, { msp_id: "string", root_certificates: "array" });
  if (!msp_id || root_certificates.length === 0) malformed(at, "an organisation needs an id and certificates");
  return { msp_id, authorities: root_certificates.map((certificate) => readAuthority(certificate, at)) };
}

function readAuthority(node, at) {
  try {
    const certificate = fromPEM(node.value ?? "");
    if (!certificate.isAuthority) throw new Error("not the certificate of an authority");
    return certificate;
  } catch (err) {
    return malformed(at, err.message);
  }
}

// checkShared refuses two names for one organisation, which would let it count twice.
function checkShared(msps) {
  const names = new Set();
  const owners = new Map();
  for (const [i, { msp_id, authorities }] of msps.entries()) {
    const at = `trust.msps[${i}]`;
    if (names.has(msp_id)) malformed(at, `${msp_id} is listed twice`);
    names.add(msp_id);
    for (const { raw } of authorities) {
      const other = owners.get(hex(raw));
      if (other !== undefined) malformed(at, `${other} and ${msp_id} share a certificate`);
      owners.set(hex(raw), msp_id);
    }
  }
}

async function readKey(text, type, at) {
  try {
    return await parseKey(text, type);
  } catch (err) {
    return malformed(at, err.message);
  }
}

async function readWitnesses(nodes, needed) {
  if (needed > nodes.length || nodes.length > MAX_WITNESSES) malformed("trust.min_cosignatures", `${needed} of ${nodes.length} witnesses`);
  const keys = await Promise.all(nodes.map((node, i) => readKey(node.value ?? "", COSIGNATURE, `trust.witnesses[${i}]`)));
  keys.forEach((key, i) => {
    if (keys.slice(0, i).some((other) => equal(other.bytes, key.bytes))) malformed(`trust.witnesses[${i}]`, "shares its key with another");
  });
  return keys;
}

// Public keys of sources are SubjectPublicKeyInfo in DER, of two kinds, each with one encoding.
const SPKI_ED25519 = "302a300506032b6570032100";
const SPKI_P256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";

export const EDDSA = -8;
export const ES256 = -7;

async function readSourceKeys(nodes) {
  if (nodes.length > MAX_SOURCE_KEYS) malformed("trust.source_keys", `${nodes.length}, at most ${MAX_SOURCE_KEYS} are read`);
  const keys = new Map();
  for (const [i, node] of nodes.entries()) {
    const at = `trust.source_keys[${i}]`;
    const key = await readSourceKey(node, at);
    if (keys.has(key.id)) malformed(at, "the key is listed twice");
    keys.set(key.id, key);
  }
  return keys;
}

async function readSourceKey(node, at) {
  const listed = read(node, at, {
    source: "string", public_key: "string", "passport?": "string", "first_sequence?": "number", "end_sequence?": "number",
  });
  const member = /^\/members\/([^/]+)\/./s.exec(listed.source);
  if (!member) malformed(at, "the source is not of the form /members/{member}/…");
  const spki = fromBase64(listed.public_key) ?? new Uint8Array();
  const { key, algorithm } = await publicKey(spki);
  if (!key) malformed(at, "neither an Ed25519 key nor one on P-256, or one that protects nothing");
  return {
    id: hex(await sha256(spki)), key, algorithm, source: listed.source, member: `members/${member[1]}`, stream: `ingest/${member[1]}`, passport: listed.passport ?? "",
    first: listed.first_sequence ?? 0, end: listed.end_sequence ?? Infinity,
  };
}

async function publicKey(spki) {
  const text = hex(spki);
  if (text.startsWith(SPKI_ED25519) && spki.length === 44) {
    const bytes = spki.subarray(12);
    return { algorithm: EDDSA, key: hasSmallOrder(bytes) ? null : await ed25519Key(bytes) };
  }
  if (text.startsWith(SPKI_P256) && spki.length === 91) return { algorithm: ES256, key: await ecdsaKey("P-256", spki) };
  return { key: null };
}

// Points of Ed25519 whose order divides 8, in every encoding without its sign: under them anybody can make signatures.
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

function hasSmallOrder(point) {
  const unsigned = Uint8Array.from(point);
  unsigned[31] &= 0x7f;
  return SMALL_ORDER.has(hex(unsigned));
}
