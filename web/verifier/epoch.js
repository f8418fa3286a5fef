// The epoch record: what the ledger says of all journals at one moment. Package chaincode/model describes its text.

import { equal, fromBase64, hex, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";

const FORMAT = "pcc-epoch/v2";
const MAX_BYTES = 256 << 10;
const MAX_STREAMS = 1024;
const MAX_NUMBER = (1n << 64n) - 1n;
const MAX_TIME = (1n << 63n) - 1n;
const NAME = /^[a-z0-9/-]{1,128}$/;
const ZERO = new Uint8Array(32);

// parseEpoch reads a record in its one form: {number, time (a Date's milliseconds), mapRoot, mapKeys, streams, text}.
export async function parseEpoch(text) {
  if (text.length > MAX_BYTES) throw new Error("too long");
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("the last line has no end");
  const [format, number, previous, time, mapRoot, mapKeys, ...streams] = lines;
  if (format !== FORMAT) throw new Error(`not of the form ${FORMAT}`);
  if (streams.length > MAX_STREAMS) throw new Error("too many streams");
  const record = {
    number: decimal(number, MAX_NUMBER),
    previous: hash(previous),
    time: Number(decimal(time, MAX_TIME)),
    mapRoot: hash(mapRoot),
    mapKeys: decimal(mapKeys, MAX_NUMBER),
    streams: new Map(streams.map(stream)),
    text,
  };
  await validate(record, streams.length);
  return record;
}

// hashOf returns the hash that endorsers sign, in hexadecimal.
export const hashOf = async (record) => hex(await sha256(utf8(record.text)));

// validate checks what can be judged without the record before.
async function validate(record, lines) {
  if (record.number === 0n) throw new Error("epochs are numbered from 1");
  if ((record.number === 1n) !== equal(record.previous, ZERO)) throw new Error("the first epoch, and no other, follows nothing");
  if (record.time <= 0) throw new Error("the time is not positive");
  const isEmpty = equal(record.mapRoot, await sha256([2]));
  if ((record.mapKeys === 0n) !== isEmpty) throw new Error("the map's keys do not fit its root");
  const names = [...record.streams.keys()];
  if (names.length !== lines || names.some((name, i) => i > 0 && names[i - 1] >= name)) throw new Error("the streams are not in order");
}

function stream(line) {
  const [name, size, root, ...more] = line.split(" ");
  if (!NAME.test(name) || more.length > 0) throw new Error("a line of a stream");
  return [name, { size: decimal(size, MAX_NUMBER), root: hash(root) }];
}

function decimal(text, most) {
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(text ?? "") || BigInt(text) > most) throw new Error("a number that is none");
  return BigInt(text);
}

function hash(text) {
  const read = fromBase64(text ?? "");
  if (read === null || read.length !== 32) throw new Error("a hash that is none");
  return read;
}
