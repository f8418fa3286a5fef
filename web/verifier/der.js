// DER, the encoding of certificates and of signatures in ASN.1: one encoding for each value, and nothing but it is read.

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;
export const SET = 0x31;

// DER goes through values that stand one after the other.
export class DER {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  // next returns {tag, content, raw} of the next value.
  next() {
    const start = this.at;
    const tag = this.byte();
    if ((tag & 0x1f) === 0x1f) throw new Error("DER: a tag of several bytes");
    const length = this.length();
    if (length > this.bytes.length - this.at) throw new Error("DER: cut off");
    this.at += length;
    return { tag, content: this.bytes.subarray(this.at - length, this.at), raw: this.bytes.subarray(start, this.at) };
  }

  byte() {
    if (this.done) throw new Error("DER: cut off");
    return this.bytes[this.at++];
  }

  length() {
    const first = this.byte();
    if (first < 0x80) return first;
    let length = 0;
    for (let i = 0; i < (first & 0x7f); i++) {
      length = length * 256 + this.byte();
      if (length === 0 || i > 3) throw new Error("DER: a length that is not in its shortest form");
    }
    if (length < 0x80) throw new Error("DER: a length that is not in its shortest form");
    return length;
  }

  // take returns the next value, which must have the tag.
  take(tag) {
    const value = this.next();
    if (value.tag !== tag) throw new Error(`DER: tag ${value.tag} where ${tag} is expected`);
    return value;
  }

  // maybe returns the next value if it has the tag, or undefined.
  maybe(tag) {
    return !this.done && this.bytes[this.at] === tag ? this.next() : undefined;
  }

  // inside opens the next value, which must have the tag.
  inside(tag) {
    return new DER(this.take(tag).content);
  }

  // natural reads an integer that is not negative, as its bytes without a leading zero.
  natural() {
    const { content } = this.take(INTEGER);
    const padded = content[0] === 0;
    if (content.length === 0 || content[0] > 0x7f || (padded && content.length > 1 && content[1] < 0x80)) {
      throw new Error("DER: an integer that is negative or not in its shortest form");
    }
    return padded ? content.subarray(1) : content;
  }

  // bits reads a bit string of whole bytes.
  bits() {
    const { content } = this.take(BIT_STRING);
    if (content[0] !== 0) throw new Error("DER: a bit string that is not of whole bytes");
    return content.subarray(1);
  }

  // identifier reads an object identifier as text, such as 2.5.4.11.
  identifier() {
    return dotted(this.take(OBJECT_ID).content);
  }

  end() {
    if (!this.done) throw new Error("DER: something follows the value");
  }
}

// whole opens bytes that are one value with the tag and nothing else.
export function whole(bytes, tag) {
  const outer = new DER(bytes);
  const inner = outer.inside(tag);
  outer.end();
  return inner;
}

function dotted(content) {
  const arcs = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const root = Math.min(Math.floor(arcs[0] / 40), 2);
  return [root, arcs[0] - 40 * root, ...arcs.slice(1)].join(".");
}
