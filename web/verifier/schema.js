// Made by web/internal/bundle from the protos and from package eventlist: do not edit.

// Fields of messages by their numbers. With presence, absence is told from the default.
export const messages = {
  "google.protobuf.Any": {
    1: { name: "type_url", kind: "string" },
    2: { name: "value", kind: "bytes" },
  },
  "google.protobuf.Duration": {
    1: { name: "seconds", kind: "int64" },
    2: { name: "nanos", kind: "int32" },
  },
  "google.protobuf.Timestamp": {
    1: { name: "seconds", kind: "int64" },
    2: { name: "nanos", kind: "int32" },
  },
  "io.cloudevents.v1.CloudEvent": {
    1: { name: "id", kind: "string" },
    2: { name: "source", kind: "string" },
    3: { name: "spec_version", kind: "string" },
    4: { name: "type", kind: "string" },
    5: { name: "attributes", kind: "map", type: "io.cloudevents.v1.CloudEvent.AttributesEntry" },
    6: { name: "binary_data", kind: "bytes", presence: true, oneof: "data" },
    7: { name: "text_data", kind: "string", presence: true, oneof: "data" },
    8: { name: "proto_data", kind: "message", type: "google.protobuf.Any", presence: true, oneof: "data" },
  },
  "io.cloudevents.v1.CloudEvent.AttributesEntry": {
    1: { name: "key", kind: "string" },
    2: { name: "value", kind: "message", type: "io.cloudevents.v1.CloudEventAttributeValue", presence: true },
  },
  "io.cloudevents.v1.CloudEventAttributeValue": {
    1: { name: "ce_boolean", kind: "bool", presence: true, oneof: "attr" },
    2: { name: "ce_integer", kind: "int32", presence: true, oneof: "attr" },
    3: { name: "ce_string", kind: "string", presence: true, oneof: "attr" },
    4: { name: "ce_bytes", kind: "bytes", presence: true, oneof: "attr" },
    5: { name: "ce_uri", kind: "string", presence: true, oneof: "attr" },
    6: { name: "ce_uri_ref", kind: "string", presence: true, oneof: "attr" },
    7: { name: "ce_timestamp", kind: "message", type: "google.protobuf.Timestamp", presence: true, oneof: "attr" },
  },
  "pcc.events.v1.BatteryMeasurement": {
    1: { name: "state_of_health_permille", kind: "int32", presence: true },
    2: { name: "state_of_charge_permille", kind: "int32", presence: true },
    3: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.ChargeSession": {
    1: { name: "energy_wh", kind: "int64" },
    2: { name: "duration", kind: "message", type: "google.protobuf.Duration", presence: true },
    3: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.ClaimClosed": {
    1: { name: "claim_reference", kind: "string" },
    2: { name: "indemnified", kind: "bool" },
  },
  "pcc.events.v1.ClaimOpened": {
    1: { name: "claim_reference", kind: "string" },
    2: { name: "incident_event_id", kind: "string" },
  },
  "pcc.events.v1.Correction": {
    1: { name: "corrected_event_id", kind: "string" },
    2: { name: "reason", kind: "string" },
  },
  "pcc.events.v1.Dismantled": {
    1: { name: "certificate_reference", kind: "string" },
  },
  "pcc.events.v1.DisputeOpened": {
    1: { name: "disputed_event_id", kind: "string" },
    2: { name: "reason", kind: "string" },
    3: { name: "evidence", kind: "message", type: "pcc.events.v1.Exhibit", repeated: true },
  },
  "pcc.events.v1.DisputeResolved": {
    1: { name: "opened_event_id", kind: "string" },
    2: { name: "upheld", kind: "bool" },
    3: { name: "finding", kind: "string" },
  },
  "pcc.events.v1.DocumentDigest": {
    1: { name: "sha256", kind: "bytes" },
    2: { name: "media_type", kind: "string" },
  },
  "pcc.events.v1.Exhibit": {
    1: { name: "event_id", kind: "string", presence: true, oneof: "item" },
    2: { name: "document", kind: "message", type: "pcc.events.v1.DocumentDigest", presence: true, oneof: "item" },
  },
  "pcc.events.v1.Export": {
    1: { name: "from_country", kind: "string" },
    2: { name: "to_country", kind: "string" },
  },
  "pcc.events.v1.Import": {
    1: { name: "from_country", kind: "string" },
    2: { name: "to_country", kind: "string" },
    3: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.Incident": {
    1: { name: "severity", kind: "enum", type: "pcc.events.v1.Severity" },
    2: { name: "airbags_deployed", kind: "bool", presence: true },
    3: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.Inspection": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    2: { name: "nature", kind: "enum", type: "pcc.events.v1.InspectionNature" },
    3: { name: "result", kind: "enum", type: "pcc.events.v1.InspectionResult" },
    4: { name: "centre", kind: "string" },
  },
  "pcc.events.v1.InstrumentClusterChange": {
    1: { name: "removed", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    2: { name: "installed", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    3: { name: "removed_serial", kind: "string" },
    4: { name: "installed_serial", kind: "string" },
  },
  "pcc.events.v1.Odometer": {
    1: { name: "raw_value", kind: "string" },
    2: { name: "raw_unit", kind: "enum", type: "pcc.events.v1.OdometerUnit" },
    3: { name: "provenance", kind: "enum", type: "pcc.events.v1.Provenance" },
    4: { name: "vss_version", kind: "string" },
  },
  "pcc.events.v1.OdometerReading": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.OwnershipChange": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.PartChange": {
    1: { name: "kind", kind: "enum", type: "pcc.events.v1.PartKind" },
    2: { name: "removed_serial", kind: "string" },
    3: { name: "installed_serial", kind: "string" },
    4: { name: "part_number", kind: "string" },
    5: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.RecallIssued": {
    1: { name: "campaign", kind: "string" },
    2: { name: "defect", kind: "string" },
  },
  "pcc.events.v1.RecallPerformed": {
    1: { name: "campaign", kind: "string" },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.Recovery": {
    1: { name: "theft_event_id", kind: "string" },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.Refuel": {
    1: { name: "volume_ml", kind: "int64" },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.Registration": {
    1: { name: "country", kind: "string" },
    2: { name: "first", kind: "bool" },
  },
  "pcc.events.v1.Repair": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    2: { name: "operations", kind: "string", repeated: true },
    3: { name: "incident_event_id", kind: "string" },
  },
  "pcc.events.v1.Service": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    2: { name: "operations", kind: "string", repeated: true },
    3: { name: "next_due", kind: "string" },
  },
  "pcc.events.v1.SoftwareUpdate": {
    1: { name: "control_unit", kind: "string" },
    2: { name: "previous_version", kind: "string" },
    3: { name: "installed_version", kind: "string" },
  },
  "pcc.events.v1.Theft": {
  },
  "pcc.events.v1.TotalLossDeclared": {
    1: { name: "irreparable", kind: "bool" },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.TotalLossLifted": {
    1: { name: "declared_event_id", kind: "string" },
  },
  "pcc.events.v1.TripSummary": {
    1: { name: "distance_metres", kind: "int64" },
    2: { name: "duration", kind: "message", type: "google.protobuf.Duration", presence: true },
    3: { name: "odometer_end", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.TroubleCodesCleared": {
    1: { name: "codes", kind: "string", repeated: true },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.TroubleCodesReported": {
    1: { name: "codes", kind: "string", repeated: true },
    2: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.events.v1.TyreChange": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
    2: { name: "count", kind: "int32" },
    3: { name: "size", kind: "string" },
  },
  "pcc.events.v1.Wash": {
    1: { name: "odometer", kind: "message", type: "pcc.events.v1.Odometer", presence: true },
  },
  "pcc.ingest.v1.EventSignature": {
    1: { name: "statement_sha256", kind: "bytes" },
    2: { name: "index", kind: "int32" },
    3: { name: "distance", kind: "int32" },
  },
  "pcc.ingest.v1.JournaledEvent": {
    1: { name: "cloud_event", kind: "bytes" },
    2: { name: "passport", kind: "string" },
    3: { name: "member", kind: "string" },
    4: { name: "quality", kind: "message", type: "pcc.ingest.v1.Quality", presence: true },
    5: { name: "receive_time", kind: "message", type: "google.protobuf.Timestamp", presence: true },
    6: { name: "odometer_metres", kind: "int64", presence: true },
    7: { name: "signature", kind: "message", type: "pcc.ingest.v1.EventSignature", presence: true },
    8: { name: "id", kind: "bytes" },
  },
  "pcc.ingest.v1.Quality": {
    1: { name: "index", kind: "int32" },
    2: { name: "policy_version", kind: "string" },
    3: { name: "inputs", kind: "message", type: "pcc.ingest.v1.QualityInputs", presence: true },
  },
  "pcc.ingest.v1.QualityInputs": {
    1: { name: "data_kind", kind: "string" },
    2: { name: "base_rate", kind: "int64" },
    3: { name: "confirmations", kind: "int64" },
    4: { name: "refutations", kind: "int64" },
    5: { name: "marks", kind: "int64" },
    6: { name: "plausibility", kind: "int64" },
    7: { name: "provenance", kind: "int64" },
    8: { name: "completeness", kind: "int64" },
    9: { name: "delay_us", kind: "int64" },
    10: { name: "corroborators", kind: "int64" },
    11: { name: "plausibility_reason", kind: "string" },
    12: { name: "odometer_policy_version", kind: "string" },
    13: { name: "withdrawn", kind: "bool" },
    14: { name: "source_class", kind: "string" },
  },
};

// Names of the values of enumerations.
export const enums = {
  "pcc.events.v1.InspectionNature": {
    0: "INSPECTION_NATURE_UNSPECIFIED",
    1: "INSPECTION_NATURE_PERIODIC",
    2: "INSPECTION_NATURE_RETEST",
    3: "INSPECTION_NATURE_COMPLEMENTARY",
    4: "INSPECTION_NATURE_COMPLEMENTARY_RETEST",
    5: "INSPECTION_NATURE_OTHER",
  },
  "pcc.events.v1.InspectionResult": {
    0: "INSPECTION_RESULT_UNSPECIFIED",
    1: "INSPECTION_RESULT_PASSED",
    2: "INSPECTION_RESULT_RETEST_REQUIRED",
    3: "INSPECTION_RESULT_REFUSED",
    4: "INSPECTION_RESULT_ABANDONED",
    5: "INSPECTION_RESULT_OTHER",
  },
  "pcc.events.v1.OdometerUnit": {
    0: "ODOMETER_UNIT_UNSPECIFIED",
    1: "ODOMETER_UNIT_KILOMETRE",
    2: "ODOMETER_UNIT_MILE",
    3: "ODOMETER_UNIT_METRE",
  },
  "pcc.events.v1.PartKind": {
    0: "PART_KIND_UNSPECIFIED",
    1: "PART_KIND_TRACTION_BATTERY",
    2: "PART_KIND_CONTROL_UNIT",
    3: "PART_KIND_INSTRUMENT_CLUSTER",
    4: "PART_KIND_ENGINE",
    5: "PART_KIND_GEARBOX",
    6: "PART_KIND_AIRBAG",
    7: "PART_KIND_TYRE",
    8: "PART_KIND_OTHER",
  },
  "pcc.events.v1.Provenance": {
    0: "PROVENANCE_UNSPECIFIED",
    1: "PROVENANCE_SIGNED_ECU",
    2: "PROVENANCE_OBD_READ",
    3: "PROVENANCE_INSPECTION_TERMINAL",
    4: "PROVENANCE_GARAGE_SYSTEM",
    5: "PROVENANCE_PHOTO",
    6: "PROVENANCE_TYPED",
  },
  "pcc.events.v1.Severity": {
    0: "SEVERITY_UNSPECIFIED",
    1: "SEVERITY_COSMETIC",
    2: "SEVERITY_MODERATE",
    3: "SEVERITY_STRUCTURAL",
  },
};

// Classes of events in their order, and the class of each type.
export const classNames = ["odometer", "usage", "battery", "workshop", "inspection", "damage", "theft", "recall", "register", "note"];
export const classes = {
  "pcc.events.v1.OdometerReading": "odometer",
  "pcc.events.v1.InstrumentClusterChange": "odometer",
  "pcc.events.v1.TripSummary": "usage",
  "pcc.events.v1.ChargeSession": "usage",
  "pcc.events.v1.BatteryMeasurement": "battery",
  "pcc.events.v1.Refuel": "usage",
  "pcc.events.v1.Wash": "usage",
  "pcc.events.v1.Service": "workshop",
  "pcc.events.v1.Repair": "workshop",
  "pcc.events.v1.PartChange": "workshop",
  "pcc.events.v1.TyreChange": "workshop",
  "pcc.events.v1.SoftwareUpdate": "workshop",
  "pcc.events.v1.TroubleCodesReported": "workshop",
  "pcc.events.v1.TroubleCodesCleared": "workshop",
  "pcc.events.v1.Inspection": "inspection",
  "pcc.events.v1.Incident": "damage",
  "pcc.events.v1.ClaimOpened": "damage",
  "pcc.events.v1.ClaimClosed": "damage",
  "pcc.events.v1.TotalLossDeclared": "damage",
  "pcc.events.v1.TotalLossLifted": "damage",
  "pcc.events.v1.Theft": "theft",
  "pcc.events.v1.Recovery": "theft",
  "pcc.events.v1.RecallIssued": "recall",
  "pcc.events.v1.RecallPerformed": "recall",
  "pcc.events.v1.Registration": "register",
  "pcc.events.v1.OwnershipChange": "register",
  "pcc.events.v1.Export": "register",
  "pcc.events.v1.Import": "register",
  "pcc.events.v1.Dismantled": "register",
  "pcc.events.v1.Correction": "note",
  "pcc.events.v1.DisputeOpened": "note",
  "pcc.events.v1.DisputeResolved": "note",
};
