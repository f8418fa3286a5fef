// What the browser computes: hashes and signatures. All else of the verifier is arithmetic on bytes.

import { concat } from "./bytes.js";

const subtle = globalThis.crypto?.subtle;

// available tells whether the browser can and lets this page compute: those of 2025 and later do, on disk, on this machine and over
// HTTPS.
export const available = Boolean(subtle && Uint8Array.fromBase64);

export const sha256 = async (...parts) => new Uint8Array(await subtle.digest("SHA-256", concat(...parts)));

export const sha512 = async (...parts) => new Uint8Array(await subtle.digest("SHA-512", concat(...parts)));

// Public keys: Ed25519 as 32 bytes, ECDSA as SubjectPublicKeyInfo. They are null for what is no key.

export const ed25519Key = (bytes) => publicKey("raw", bytes, { name: "Ed25519" });

export const ecdsaKey = (curve, spki) => publicKey("spki", spki, { name: "ECDSA", namedCurve: curve });

async function publicKey(format, bytes, algorithm) {
  try {
    return await subtle.importKey(format, bytes, algorithm, false, ["verify"]);
  } catch {
    return null;
  }
}

// verifySignature verifies with a key of the above; no key verifies nothing. A signature of ECDSA is r || s over the hash.
export async function verifySignature(key, message, signature, hash = "SHA-256") {
  return key !== null && subtle.verify({ name: key.algorithm.name, hash }, key, signature, message);
}
