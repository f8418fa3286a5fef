// Whose tag it is: the tag follows from the VIN by a keyed function that only the vault computes (RFC 9497, VOPRF with
// ristretto255-SHA512), and a document may show what the vault asked with this VIN, what the holders of the key's shares answered, and proofs that the
// shares were the right ones.

import { bigEndian, concat, equal, utf8 } from "./bytes.js";
import { sha256, sha512 } from "./crypto.js";
import { atZero, combine, decode, encode, fromUniform, GENERATOR, invert, scalar, scalarFromUniform } from "./ristretto.js";
import { refuse } from "./refusal.js";

const CONTEXT = concat(utf8("OPRFV1-"), [0x01], utf8("-ristretto255-SHA512"));
const VIN = /^[0-9A-HJ-NPR-Z]{17}$/i;
const INPUT = "pcc/vault/vin/v1\0";
const TAG = "pcc-vehicle-tag/v1\0";

// normalVIN returns a VIN as it is evaluated, null for what is none.
export function normalVIN(text) {
  const vin = text.trim();
  return VIN.test(vin) ? vin.toUpperCase() : null;
}

// checkVIN refuses unless the document shows that its tag is that of the VIN, under the reader's tag key.
export async function checkVIN({ tag, tag_proof }, text, tagKey) {
  if (tagKey === null) refuse("TRUST_MALFORMED", "trust.tag_key", "there is none, so that no tag can be checked");
  if (!tag_proof) refuse("TAG_PROOF_MISSING", "tag_proof", "the document was exported without the VIN");
  const vin = normalVIN(text) ?? refuse("OTHER_VEHICLE", "tag", "not a VIN");
  const output = await evaluate(utf8(INPUT + vin), tag_proof, tagKey);
  if (output === null) refuse("OTHER_VEHICLE", "tag_proof", "the proof does not hold for this VIN under the tag key");
  if (!equal(tag, await sha256(utf8(TAG), output))) refuse("OTHER_VEHICLE", "tag", "the tag is not that of this VIN");
}

// evaluate repeats what the client of the function did: blinds the input, verifies the proofs (c || s) that exactly this question was
// answered with shares of the private half of the public key, interpolates, and unblinds the answer. It returns the output, null if the
// proofs do not hold.
export async function evaluate(input, { blind: bytes, parts }, publicKey) {
  const blind = scalar(bytes);
  if (!blind || !parts.length || parts.some(({ index }, i) => index <= (parts[i - 1]?.index ?? 0))) return null;
  const asked = combine([blind, await hashToGroup(input)]);
  for (const part of parts) {
    if (!(await verifyProof(asked, part.evaluation, part.proof, part.key))) return null;
  }
  // The parts are of this key if their keys are the values of a polynomial that has it at 0.
  const weights = atZero(parts.map(({ index }) => index));
  const interpolated = (name) => combine(...parts.map((part, i) => [weights[i], decode(part[name])]));
  if (!equal(encode(interpolated("key")), publicKey) || decode(publicKey) === null) return null;
  const answer = encode(combine([invert(blind), interpolated("evaluation")]));
  return sha512(sized(input), sized(answer), utf8("Finalize"));
}

const sized = (bytes) => concat(bigEndian(bytes.length, 2), bytes);

// verifyProof is VerifyProof of the RFC for one element.
async function verifyProof(element, evaluation, proof, publicKey) {
  const [key, evaluated] = [decode(publicKey), decode(evaluation)];
  const [c, s] = [scalar(proof.subarray(0, 32)), scalar(proof.subarray(32))];
  if (key === null || evaluated === null || c === null || s === null) return false;
  const seed = await sha512(sized(publicKey), sized(concat(utf8("Seed-"), CONTEXT)));
  const weight = await hashToScalar(sized(seed), bigEndian(0, 2), sized(encode(element)), sized(evaluation), utf8("Composite"));
  const [m, z] = [combine([weight, element]), combine([weight, evaluated])];
  const commitments = [combine([s, GENERATOR], [c, key]), combine([s, m], [c, z])];
  const transcript = [publicKey, ...[m, z, ...commitments].map(encode)].map(sized);
  return c === (await hashToScalar(...transcript, utf8("Challenge")));
}

export const hashToGroup = async (input) => fromUniform(await expand(input, "HashToGroup-"));

const hashToScalar = async (...parts) => scalarFromUniform(await expand(concat(...parts), "HashToScalar-"));

// expand is expand_message_xmd of RFC 9380 with SHA-512, for 64 bytes: one block.
async function expand(message, label) {
  const domain = concat(utf8(label), CONTEXT);
  const suffix = concat(domain, [domain.length]);
  const first = await sha512(new Uint8Array(128), message, bigEndian(64, 2), [0], suffix);
  return sha512(first, [1], suffix);
}
