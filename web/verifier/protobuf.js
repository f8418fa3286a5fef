// Protobuf's wire format, and messages by the table in schema.js. Reading is what proto.Unmarshal of Go does: unknown fields are
// passed over, the last of two values counts, parts of a message are merged.

import { strictText } from "./bytes.js";
import { enums, messages } from "./schema.js";

const MAX_FIELD = 536870911;
const MAX_DEPTH = 64;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

// Cursor goes through the bytes of a message. Its methods throw an Error at the end of the bytes.
export class Cursor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  // varint reads an unsigned number of at most 64 bits.
  varint() {
    if (this.bytes[this.at] < 0x80) return BigInt(this.bytes[this.at++]); // nearly always
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.done) break;
      const byte = this.bytes[this.at++];
      if (shift === 63n && byte > 1) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error("a number that is cut off or too long");
  }

  take(length) {
    if (length > this.bytes.length - this.at) throw new Error("a field that is cut off");
    this.at += Number(length);
    return this.bytes.subarray(this.at - Number(length), this.at);
  }

  // field reads a field with whatever value it has: a BigInt for numbers, bytes for all else.
  field(depth = 0) {
    const tag = this.varint();
    const field = { number: Number(tag >> 3n), wire: Number(tag & 7n) };
    if (field.number < 1 || field.number > MAX_FIELD) throw new Error(`field ${field.number}`);
    field.value = this.payload(field, depth);
    return field;
  }

  payload({ number, wire }, depth) {
    switch (wire) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.take(8);
      case BYTES:
        return this.take(this.varint());
      case FIXED32:
        return this.take(4);
      case GROUP:
        return this.group(number, depth + 1);
      default:
        throw new Error(`wire type ${wire}`);
    }
  }

  // group passes over an obsolete kind of message, which no schema here has.
  group(number, depth) {
    if (depth > MAX_DEPTH) throw new Error("nested too deep");
    for (;;) {
      const start = this.at;
      const tag = this.varint();
      if (Number(tag & 7n) === END_GROUP) {
        if (Number(tag >> 3n) !== number) throw new Error("the end of another group");
        return null;
      }
      this.at = start;
      this.field(depth);
    }
  }
}

// plainFields splits a message that may hold numbers and byte strings only, each field at its place on the wire.
export function plainFields(bytes) {
  const split = [];
  for (const cursor = new Cursor(bytes); !cursor.done; ) {
    const field = cursor.field();
    if (field.wire !== VARINT && field.wire !== BYTES) throw new Error(`wire type ${field.wire}`);
    split.push(field);
  }
  return split;
}

// decode reads a message of the schema. The result has the fields that were on the wire, by name.
export function decode(type, bytes, into = {}, depth = 0) {
  if (depth > MAX_DEPTH) throw new Error("nested too deep");
  for (const cursor = new Cursor(bytes); !cursor.done; ) {
    const { number, wire, value } = cursor.field();
    const field = messages[type][number];
    if (field === undefined || wire !== wireOf(field)) continue; // unknown
    if (field.oneof) {
      for (const other of Object.values(messages[type])) {
        if (other.oneof === field.oneof && other.name !== field.name) delete into[other.name];
      }
    }
    into[field.name] = fieldValue(field, value, into[field.name], depth);
  }
  return into;
}

const wireOf = (field) => (["bool", "int32", "int64", "enum"].includes(field.kind) ? VARINT : BYTES);

function fieldValue(field, value, before, depth) {
  switch (field.kind) {
    case "map": {
      const entry = decode(field.type, value, {}, depth + 1);
      return (before ?? new Map()).set(entry.key ?? "", entry.value ?? {});
    }
    case "message":
      if (field.repeated) return [...(before ?? []), decode(field.type, value, {}, depth + 1)];
      return decode(field.type, value, before, depth + 1);
    default: {
      const scalar = scalars[field.kind](value);
      return field.repeated ? [...(before ?? []), scalar] : scalar;
    }
  }
}

const scalars = {
  bool: (value) => value !== 0n,
  int32: (value) => Number(BigInt.asIntN(32, value)),
  int64: (value) => BigInt.asIntN(64, value),
  enum: (value) => Number(BigInt.asIntN(32, value)),
  bytes: (value) => value,
  string(value) {
    const text = strictText(value);
    if (text === null) throw new Error("text that is not UTF-8");
    return text;
  },
};

// enumName names a value; a value that the schema does not know is the number itself.
export const enumName = (type, value) => enums[type][value] ?? value;
