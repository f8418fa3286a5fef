// What sources sign: a COSE_Sign1 (RFC 9052) over a CBOR map that says which events it covers. Only the one encoding that package
// signing writes is read, so that nobody can put a second meaning, or a header, into a statement.

import { concat, equal, strictText } from "./bytes.js";

const MAX_SIGNED = 1024;
const MAX_EVENTS = 1000;
const MAX_SOURCE = 256;
const MAX_SEQUENCE = 2 ** 53;
const TYPE = "pcc.source-statement/1";

// Major types of CBOR.
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

const COSE_SIGN1 = 18;

class CBOR {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  // head reads a major type with its argument, which must be written as short as can be.
  head(major) {
    const first = this.bytes[this.at++];
    if (first === undefined || first >> 5 !== major) throw new Error("statement: another type of CBOR than expected");
    const low = first & 31;
    if (low < 24) return low;
    const length = { 24: 1, 25: 2, 26: 4, 27: 8 }[low];
    if (length === undefined) throw new Error("statement: a length that is not definite");
    let argument = 0n;
    for (const byte of this.take(length)) argument = (argument << 8n) | BigInt(byte);
    const least = length === 1 ? 24n : 1n << BigInt(4 * length);
    if (argument < least || argument > BigInt(MAX_SEQUENCE)) throw new Error("statement: a number that is not in its shortest form");
    return Number(argument);
  }

  take(length) {
    if (length > this.bytes.length - this.at) throw new Error("statement: cut off");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  expect(major, value) {
    if (this.head(major) !== value) throw new Error("statement: not in its one form");
  }

  string(major) {
    return this.take(this.head(major));
  }

  // integer reads a number of either sign.
  integer() {
    return this.bytes[this.at] >> 5 === NEGATIVE ? -1 - this.head(NEGATIVE) : this.head(UNSIGNED);
  }

  end() {
    if (this.at !== this.bytes.length) throw new Error("statement: something follows it");
  }
}

// parseStatement reads a sealed statement and does not verify it.
export function parseStatement(bytes) {
  if (bytes.length > MAX_SIGNED) throw new Error("statement: too long");
  const cose = new CBOR(bytes);
  cose.expect(TAG, COSE_SIGN1);
  cose.expect(ARRAY, 4);
  const header = cose.string(BYTES);
  cose.expect(MAP, 0);
  const payload = cose.string(BYTES);
  const signature = cose.string(BYTES);
  cose.end();
  if (signature.length === 0) throw new Error("statement: not signed");
  return { ...parseHeader(header), ...parsePayload(payload), signature, toBeSigned: toBeSigned(header, payload) };
}

// The protected header has alg (1) and kid (4) and nothing else.
function parseHeader(bytes) {
  const header = new CBOR(bytes);
  header.expect(MAP, 2);
  header.expect(UNSIGNED, 1);
  const algorithm = header.integer();
  header.expect(UNSIGNED, 4);
  const kid = header.string(BYTES);
  header.end();
  if (kid.length !== 32) throw new Error("statement: kid is not a SHA-256");
  return { algorithm, kid };
}

function parsePayload(bytes) {
  const payload = new CBOR(bytes);
  const field = (key, read) => {
    payload.expect(UNSIGNED, key);
    return read();
  };
  payload.expect(MAP, 6);
  const type = field(1, () => strictText(payload.string(TEXT)));
  const statement = {
    source: field(2, () => strictText(payload.string(TEXT))),
    first: field(3, () => payload.head(UNSIGNED)),
    count: field(4, () => payload.head(UNSIGNED)),
    previous: field(5, () => payload.string(BYTES)),
    root: field(6, () => payload.string(BYTES)),
  };
  payload.end();
  if (type !== TYPE || !isStatement(statement)) throw new Error("statement: out of its bounds");
  return statement;
}

function isStatement({ source, first, count, previous, root }) {
  return (
    source && new TextEncoder().encode(source).length <= MAX_SOURCE && count >= 1 && count <= MAX_EVENTS && first <= MAX_SEQUENCE - MAX_EVENTS &&
    previous.length === 32 && root.length === 32 && (first !== 0 || equal(previous, new Uint8Array(32)))
  );
}

// toBeSigned is the Sig_structure ["Signature1", header, no external data, payload].
function toBeSigned(header, payload) {
  const label = new TextEncoder().encode("Signature1");
  return concat([0x84, 0x60 | label.length], label, byteString(header), [0x40], byteString(payload));
}

function byteString(bytes) {
  const head = bytes.length < 24 ? [0x40 | bytes.length] : bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 255];
  return concat(head, bytes);
}
