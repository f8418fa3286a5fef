// What an event's journaled bytes say, in the form in which people are shown it: package verify/eventview in JavaScript.

import { hex, strictText, toBase64 } from "./bytes.js";
import { decode, enumName } from "./protobuf.js";
import { classes, messages } from "./schema.js";

export const LEAF_TYPE = "pcc.ingest.v1.JournaledEvent";
const ENVELOPE = "io.cloudevents.v1.CloudEvent";

// A leaf: version 1, length of the type (2 bytes), type, salt (16), length of the payload (4), payload.
const MAX_LEAF = 1 << 20;
const MAX_TYPE = 255;
const SALT = 16;
const OVERHEAD = 1 + 2 + SALT + 4;

// readLeaf takes a leaf's frame apart.
export function readLeaf(frame) {
  if (frame.length < OVERHEAD || frame.length > MAX_LEAF || frame[0] !== 1) throw new Error("no frame of a leaf");
  const words = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const typeLength = words.getUint16(1);
  if (typeLength > frame.length - OVERHEAD) throw new Error("the type exceeds the frame");
  const type = strictText(frame.subarray(3, 3 + typeLength));
  if (type === null || !/^[!-~]+$/.test(type) || typeLength > MAX_TYPE) throw new Error("the type's name");
  const payload = frame.subarray(typeLength + OVERHEAD);
  if (words.getUint32(3 + typeLength + SALT) !== payload.length) throw new Error("the payload's length");
  return { type, payload };
}

// readEvent decodes a leaf. It returns the passport, the event's class (undefined for a type of none) and type, its view but for the signature,
// and what the checks of signatures need: the signature that the leaf names, the bytes as sent, and their source.
export function readEvent(leaf) {
  if (leaf.type !== LEAF_TYPE) throw new Error(`a leaf of type ${leaf.type}`);
  const journaled = decode(LEAF_TYPE, leaf.payload);
  const sent = journaled.cloud_event ?? new Uint8Array();
  const event = decode(ENVELOPE, sent);
  const at = event.attributes?.get("time")?.ce_timestamp;
  check(journaled, event, at);
  return {
    passport: journaled.passport,
    type: event.type,
    class: classes[event.type],
    named: journaled.signature,
    sent,
    view: {
      name: `${journaled.passport}/events/${uuid(journaled.id)}`,
      id: event.id ?? "",
      source: event.source ?? "",
      type: event.type,
      time: timestamp(at),
      member: journaled.member ?? "",
      received_at: timestamp(journaled.receive_time),
      quality: quality(journaled.quality ?? {}),
      odometer_metres: journaled.odometer_metres,
      data: json(event.type, decode(event.type, event.proto_data.value ?? new Uint8Array())),
    },
  };
}

// signatureView is what a view says of the signature.
export const signatureView = ({ statement, number }) => ({ key: `sourceKeys/${hex(statement.kid)}`, sequence: number });

// uuid writes 16 bytes as their groups.
function uuid(bytes) {
  if (bytes?.length !== 16) throw new Error("an event without its id");
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// check refuses what the platform never journals and a view could not show truly.
function check(journaled, event, at) {
  if (!journaled.passport || event.attributes?.get("subject")?.ce_string !== journaled.passport) {
    throw new Error("the envelope is about another passport");
  }
  if (!validTime(at) || !validTime(journaled.receive_time)) throw new Error("a time that is none");
  const type = event.proto_data?.type_url ?? "";
  if (!event.type || type.slice(type.lastIndexOf("/") + 1) !== event.type) throw new Error("the data is not of the envelope's type");
  if (!Object.hasOwn(messages, event.type)) throw new Error(`an event of type ${event.type} is not known`);
}

// Numbers are in millionths. What is left out when it is empty is what older events do not have.
function quality({ index = 0, policy_version = "", inputs }) {
  return { index, policy_version, inputs: inputs && qualityInputs(inputs) };
}

const qualityInputs = (inputs) => ({
  data_kind: inputs.data_kind ?? "",
  source_class: inputs.source_class || undefined,
  base_rate: inputs.base_rate ?? 0,
  confirmations: inputs.confirmations ?? 0,
  refutations: inputs.refutations ?? 0,
  marks: inputs.marks ?? 0,
  plausibility: inputs.plausibility ?? 0,
  plausibility_reason: inputs.plausibility_reason || undefined,
  odometer_policy_version: inputs.odometer_policy_version || undefined,
  provenance: inputs.provenance ?? 0,
  completeness: inputs.completeness ?? 0,
  delay_us: inputs.delay_us ?? 0,
  corroborators: inputs.corroborators ?? 0,
  withdrawn: inputs.withdrawn || undefined,
});

const YEAR_1 = -62135596800n;
const YEAR_10000 = 253402300800n;

function validTime(stamp) {
  if (!stamp) return false;
  const { seconds = 0n, nanos = 0 } = stamp;
  return seconds >= YEAR_1 && seconds < YEAR_10000 && nanos >= 0 && nanos < 1e9;
}

// timestamp writes RFC 3339 in UTC with as many digits of the second as it has.
function timestamp({ seconds = 0n, nanos = 0 }) {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? "" : "." + String(nanos).padStart(9, "0").replace(/0+$/, "");
  return `${whole}${fraction}Z`;
}

// json is protobuf's JSON mapping with the names of the .proto file: fields that are at their default are left out, unless the
// schema tells absence from it.
function json(type, message) {
  if (type === "google.protobuf.Duration") return duration(message);
  const shown = {};
  for (const field of Object.values(messages[type])) {
    const value = message[field.name];
    if (value === undefined || (!field.presence && isDefault(value))) continue;
    shown[field.name] = field.repeated ? value.map((one) => jsonValue(field, one)) : jsonValue(field, value);
  }
  return shown;
}

const isDefault = (value) => value === false || value === 0 || value === 0n || value.length === 0;

function jsonValue(field, value) {
  switch (field.kind) {
    case "message":
      return json(field.type, value);
    case "enum":
      return enumName(field.type, value);
    case "int64":
      return String(value);
    case "bytes":
      return toBase64(value);
    default:
      return value;
  }
}

const MAX_DURATION = 315576000000n;

// duration writes seconds with 0, 3, 6 or 9 digits after the point.
function duration({ seconds = 0n, nanos = 0 }) {
  const all = seconds * 1000000000n + BigInt(nanos);
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (mixed || Math.abs(nanos) > 999999999 || seconds > MAX_DURATION || seconds < -MAX_DURATION) throw new Error("a duration out of range");
  const size = all < 0n ? -all : all;
  const digits = String(size % 1000000000n).padStart(9, "0").replace(/(000){1,3}$/, "");
  return `${all < 0n ? "-" : ""}${size / 1000000000n}${digits && "." + digits}s`;
}
