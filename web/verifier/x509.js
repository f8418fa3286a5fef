// X.509 certificates, as far as it takes to tell whether an organisation's authority issued that of a peer: the checks of
// crypto/x509 for ECDSA certificates. What this does not know is not accepted.

import { concat, equal, fromBase64, strictText } from "./bytes.js";
import { ecdsaKey, verifySignature } from "./crypto.js";
import { BIT_STRING, DER, OCTET_STRING, SEQUENCE, SET, whole } from "./der.js";

const BOOLEAN = 0x01;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const VERSION = 0xa0;
const ISSUER_ID = 0x81;
const SUBJECT_ID = 0x82;
const EXTENSIONS = 0xa3;

const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const ORGANIZATIONAL_UNIT = "2.5.4.11";
const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";

// Extensions that may be critical and need no judgement here: a peer's certificate is used for no other purpose, name or policy.
const HARMLESS = new Set(["2.5.29.14", "2.5.29.17", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37"]);

const CURVES = {
  "1.2.840.10045.3.1.7": { name: "P-256", bytes: 32 },
  "1.3.132.0.34": { name: "P-384", bytes: 48 },
  "1.3.132.0.35": { name: "P-521", bytes: 66 },
};

const HASHES = { "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512" };

const KEY_CERT_SIGN = 0x04;
const MAX_CHAIN = 8;

// fromPEM decodes a text that is one certificate and nothing else.
export function fromPEM(text) {
  const body = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/.exec(text);
  const bytes = body && fromBase64(body[1].replace(/[\r\n]/g, ""));
  if (!bytes) throw new Error("not one PEM certificate");
  return parseCertificate(bytes);
}

function parseCertificate(bytes) {
  const outer = whole(bytes, SEQUENCE);
  const signed = outer.take(SEQUENCE);
  const algorithm = outer.take(SEQUENCE);
  const signature = outer.bits();
  outer.end();

  const body = new DER(signed.content);
  const version = body.maybe(VERSION);
  if (!version || !equal(version.content, [0x02, 0x01, 0x02])) throw new Error("not a certificate of version 3");
  body.natural(); // serial number
  if (!equal(body.take(SEQUENCE).raw, algorithm.raw)) throw new Error("two algorithms of the signature");
  const certificate = { raw: bytes, signed: signed.raw, signature, hash: HASHES[new DER(algorithm.content).identifier()] };
  certificate.issuer = body.take(SEQUENCE).raw;
  const validity = body.inside(SEQUENCE);
  certificate.notBefore = time(validity.next());
  certificate.notAfter = time(validity.next());
  certificate.subject = body.take(SEQUENCE).raw;
  certificate.publicKey = body.take(SEQUENCE).raw;
  certificate.curve = curveOf(certificate.publicKey);
  body.maybe(ISSUER_ID);
  body.maybe(SUBJECT_ID);
  const extensions = body.maybe(EXTENSIONS);
  body.end();
  return { ...certificate, ...readExtensions(extensions) };
}

// curveOf returns the curve of a SubjectPublicKeyInfo, or undefined for a key of another kind.
export function curveOf(publicKey) {
  const algorithm = whole(publicKey, SEQUENCE).inside(SEQUENCE);
  if (algorithm.identifier() !== EC_PUBLIC_KEY) return undefined;
  return CURVES[algorithm.identifier()];
}

function time({ tag, content }) {
  const text = strictText(content) ?? "";
  const form = tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : tag === GENERALIZED_TIME ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^$a/;
  const parts = form.exec(text)?.slice(1).map(Number);
  if (!parts) throw new Error("a time in another form than that of certificates");
  if (tag === UTC_TIME) parts[0] += parts[0] < 50 ? 2000 : 1900;
  return Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2));
}

function readExtensions(extensions) {
  const read = { isAuthority: false, pathLength: Infinity, mayCertify: true, unknown: false };
  const seen = new Set();
  for (const list = new DER(extensions ? whole(extensions.content, SEQUENCE).bytes : []); !list.done; ) {
    const extension = list.inside(SEQUENCE);
    const id = extension.identifier();
    const critical = extension.maybe(BOOLEAN) !== undefined;
    const value = extension.take(OCTET_STRING).content;
    extension.end();
    if (seen.has(id)) throw new Error("an extension occurs twice");
    seen.add(id);
    if (id === BASIC_CONSTRAINTS) Object.assign(read, basicConstraints(value));
    else if (id === KEY_USAGE) read.mayCertify = (keyUsage(value) & KEY_CERT_SIGN) !== 0;
    else if (critical && !HARMLESS.has(id)) read.unknown = true;
  }
  return read;
}

function basicConstraints(value) {
  const constraints = whole(value, SEQUENCE);
  const isAuthority = constraints.maybe(BOOLEAN)?.content[0] === 0xff;
  const length = constraints.done ? undefined : constraints.natural();
  constraints.end();
  return { isAuthority, pathLength: length === undefined ? Infinity : length.reduce((n, byte) => n * 256 + byte, 0) };
}

function keyUsage(value) {
  const outer = new DER(value);
  const { content } = outer.take(BIT_STRING);
  outer.end();
  return content[1] ?? 0;
}

// unitsOf returns the organizational units of a subject.
export function unitsOf(subject) {
  const units = [];
  for (const names = whole(subject, SEQUENCE); !names.done; ) {
    for (const parts = names.inside(SET); !parts.done; ) {
      const part = parts.inside(SEQUENCE);
      if (part.identifier() === ORGANIZATIONAL_UNIT) units.push(strictText(part.next().content));
    }
  }
  return units;
}

// issuedBy tells whether a chain of signatures leads from the certificate to a self-signed one of the authorities. Validity is
// judged at the moment the certificate became valid, as in Fabric: proofs outlive certificates.
export async function issuedBy(certificate, authorities) {
  const at = certificate.notBefore + 1000;
  return !certificate.unknown && validAt(certificate, at) && leadsToRoot(certificate, authorities, at, []);
}

async function leadsToRoot(certificate, authorities, at, between) {
  for (const authority of authorities) {
    if (!equal(authority.subject, certificate.issuer) || !mayIssue(authority, at, between.length)) continue;
    if (between.includes(authority) || !(await hasSigned(authority, certificate))) continue;
    if (equal(authority.subject, authority.issuer)) return true;
    if (between.length < MAX_CHAIN && (await leadsToRoot(authority, authorities, at, [...between, authority]))) return true;
  }
  return false;
}

const mayIssue = (authority, at, between) =>
  authority.isAuthority && authority.mayCertify && !authority.unknown && validAt(authority, at) && between <= authority.pathLength;

const validAt = (certificate, at) => certificate.notBefore <= at && at <= certificate.notAfter;

async function hasSigned(authority, certificate) {
  return certificate.hash !== undefined && verifyWith(authority, certificate.hash, certificate.signed, certificate.signature);
}

// verifyWith verifies a signature in ASN.1 with a certificate's key.
export async function verifyWith(certificate, hash, message, signature) {
  const raw = certificate.curve && rawSignature(signature, certificate.curve.bytes);
  return Boolean(raw) && verifySignature(await ecdsaKey(certificate.curve.name, certificate.publicKey), message, raw, hash);
}

// rawSignature brings a signature SEQUENCE { r INTEGER, s INTEGER } into the form r || s that browsers take, null if it is none.
function rawSignature(signature, length) {
  try {
    const parts = whole(signature, SEQUENCE);
    const numbers = [parts.natural(), parts.natural()];
    parts.end();
    if (numbers.some((number) => number.length > length)) return null;
    return concat(...numbers.map((number) => concat(new Uint8Array(length - number.length), number)));
  } catch {
    return null;
  }
}
