// Byte strings: joining, comparing, and the text forms in which they travel.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);

// strictText decodes UTF-8 and returns null for anything else; a byte order mark is a character like others.
export function strictText(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export const hex = (bytes) => bytes.toHex();

export const fromHex = (text) => Uint8Array.fromHex(text);

export const toBase64 = (bytes) => bytes.toBase64();

// fromBase64 decodes standard base64 in its one encoding: padded, without spare bits or white space. Otherwise it is null.
export function fromBase64(text) {
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    return text.length === 4 * Math.ceil(bytes.length / 3) ? bytes : null; // the browser passes over white space
  } catch {
    return null;
  }
}

// fromLooseBase64 decodes as fromBase64 does, and passes over spare bits.
export function fromLooseBase64(text) {
  try {
    const bytes = Uint8Array.fromBase64(text);
    return text.length === 4 * Math.ceil(bytes.length / 3) ? bytes : null;
  } catch {
    return null;
  }
}

// bigEndian writes a whole number in so many bytes.
export function bigEndian(number, length) {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = BigInt(number); i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n);
  return bytes;
}

// fromBigEndian reads a whole number of any length, as a BigInt.
export const fromBigEndian = (bytes) => (bytes.length === 0 ? 0n : BigInt("0x" + hex(bytes)));
