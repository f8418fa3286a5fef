// The index: the log of all epoch records, which witnesses watch so that it shows everybody the same.

import { concat, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { entryHash, verifyInclusion } from "./merkle.js";
import { demandCanonical, open, parseCheckpoint, signatureOf, verifyCosignature, verifyLog } from "./note.js";
import { orRefuse, refuse } from "./refusal.js";

// checkIndex checks the note with the reader's keys, and that the record is at its place in the log of all records.
export async function checkIndex({ note, path }, record, trust) {
  const at = "index.note";
  const { text, signatures } = await orRefuse("NOTE_MALFORMED", at, () => open(note));
  const checkpoint = await orRefuse("NOTE_MALFORMED", at, () => parseCheckpoint(text));
  if (checkpoint.origin !== trust.log.name) refuse("OTHER_LOG", at, `a note of ${checkpoint.origin}, not of ${trust.log.name}`);
  const signed = signatureOf(trust.log, signatures);
  if (!signed) refuse("OTHER_LOG", at, "not signed by the log");
  if (!(await verifyLog(trust.log, text, signed.bytes))) refuse("NOTE_SIGNATURE_INVALID", at, "the log's signature does not hold");
  await orRefuse("NOTE_MALFORMED", at, () => demandCanonical([signed]));
  const cosigners = await cosignersOf(text, signatures, trust.witnesses);
  if (cosigners.length < trust.min_cosignatures) {
    refuse("TOO_FEW_COSIGNATURES", at, `${cosigners.length} witnesses, ${trust.min_cosignatures} demanded`);
  }
  await orRefuse("RECORD_NOT_INDEXED", "index.path", async () =>
    verifyInclusion(path, Number(record.number - 1n), checkpoint.size, await indexLeaf(record), checkpoint.root));
  return { size: checkpoint.size, cosigners };
}

// cosignersOf returns the witnesses that cosigned, in the order of the note. One signature that does not hold refuses the note.
async function cosignersOf(text, signatures, witnesses) {
  const found = witnesses.map((witness) => ({ witness, signed: signatureOf(witness, signatures) })).filter(({ signed }) => signed);
  const cosigners = await Promise.all(found.map(async ({ witness, signed }) => {
    const time = await verifyCosignature(witness, text, signed.bytes);
    if (time === null) refuse("NOTE_SIGNATURE_INVALID", "index.note", `the cosignature of ${witness.name} does not hold`);
    return { name: witness.name, time, place: signatures.indexOf(signed) };
  }));
  await orRefuse("NOTE_MALFORMED", "index.note", () => demandCanonical(found.map(({ signed }) => signed)));
  return cosigners.sort((a, b) => a.place - b.place);
}

// indexLeaf is the leaf hash of a record in the index: an entry of no list whose leaf is the record's text, framed without a secret.
async function indexLeaf(record) {
  const type = utf8("pcc-epoch");
  const payload = utf8(record.text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, payload.length);
  const frame = concat([1, 0, type.length], type, new Uint8Array(16), length, payload);
  return entryHash(new Uint8Array(32), await sha256(frame));
}
