// All words of the page, in one table: a translation is another table. What depends on numbers is a function.

const plural = (n, one, many) => `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
const list = (names) => new Intl.ListFormat("en-GB").format(names);
const events = (n) => plural(n, "event", "events");

export const locale = "en-GB";

export const texts = {
  brand: "Passport for Connected Cars",
  title: "Check a vehicle’s history yourself",
  lead: "A seller, a dealer or an insurer can hand you a vehicle’s history as a proof document. You need not believe them, nor this website: your browser checks the file, on this device. Nothing you open here leaves it, because this page can connect to nothing.",
  footer: "This page has no cookies, loads nothing and sends nothing. Save it to disk and it works there just as well, without a network. Get it from a place you trust, not from whoever gave you the document. The command pcc verify is another verifier, written apart from this one: it must say the same.",
  unavailable: "This browser does not let the page compute. Save the page to disk and open it from there, or open it over HTTPS, in a browser of 2025 or later.",

  document: { title: "1. Proof document", hint: "The file you were given, such as passport.json. Drop it here." },
  trust: { title: "2. Your trust list", hint: "Whom you believe: a file from an organisation you trust, never from the seller." },
  vin: {
    title: "3. VIN (optional)",
    hint: "The 17 characters on the car and its papers. With them the page checks that this is the history of that very car.",
    label: "Vehicle identification number",
    malformed: "A VIN has 17 characters: digits and letters, without I, O and Q.",
  },
  choose: "Choose a file",
  paste: "Paste text instead",
  pasted: "pasted text",
  embedded: "came with this page",
  taken: (name, bytes) => `${name}, ${Math.max(1, Math.round(bytes / 1024)).toLocaleString("en-GB")} KB`,
  embeddedTrust: "The trust list came with this page: whoever gave you the page chose whom you believe. Choose a list of your own.",
  waiting: { document: "Choose a proof document to begin.", trust: "Now choose your trust list." },
  working: "Checking…",

  states: { good: "holds", warn: "note", bad: "does not hold", none: "not checked" },

  verdict: {
    good: (n, when) => ["Every check holds", `The history is complete up to ${when}: ${n === 0 ? "there is no event" : `all ${events(n)} of it are below`}.`],
    withheld: (hidden, all, when) => [
      `Every check holds, but ${hidden === all ? "nothing is shown" : `${events(hidden)} ${hidden === 1 ? "is" : "are"} withheld`}`,
      `There are ${events(all)} up to ${when}, and ${events(hidden)} of them ${hidden === 1 ? "is" : "are"} not shown. Ask why.`,
    ],
    bad: "Do not rely on this document",
    trust: "Your trust list cannot be used",
    otherVehicle: "This is not shown to be the history of that car",
  },

  facts: {
    complete: "Complete up to",
    ago: (ms) => (ms < 0 ? "your clock is behind" : `${age(ms)} ago; later events are not covered`),
    events: "Events",
    eventsOf: (shown, all) => (shown === all ? `${all.toLocaleString("en-GB")}, all shown` : `${shown} of ${all} shown`),
    vouched: "Who vouches",
    vouchedOf: (names, asked) => `${plural(names.length, "organisation", "organisations")} you trust; you ask for ${asked}`,
    watched: "Who watches",
    watchedOf: (names, asked) => `${plural(names.length, "witness", "witnesses")} you trust; you ask for ${asked}`,
    nobody: "nobody",
    car: "The car",
    carShown: "of the VIN you entered",
    carNotAsked: "VIN not checked",
    carHint: "Enter the VIN above to check that this is the car’s.",
  },

  checksTitle: "What was checked",
  steps: {
    document: "The file is in order",
    epoch: "Organisations vouch for it",
    index: "There is one history for everybody",
    lists: "Nothing is left out",
    events: "Nothing was changed",
    signatures: "Who sent the events",
    vin: "It is this car’s history",
  },
  holds: {
    document: () => "It has the one form that a proof document has, so that it says the same to everybody.",
    epoch: ({ endorsers, trust, record, hash }) =>
      `Computers of ${list(endorsers.trusted)} ran the platform’s rules and signed the same state of all journals: number ${record.number}, ${hash.slice(0, 16)}…` +
      ` You ask for ${plural(trust.min_endorsements, "organisation", "organisations")}.`,
    index: ({ index, record }) =>
      index.cosigners.length > 0
        ? `This state is number ${record.number} of ${index.size} in the log you trust, and ${list(index.cosigners.map(({ name }) => name))} signed that the log showed them no other.`
        : `This state is number ${record.number} of ${index.size} in the log you trust. You ask for no witness, so the log could show others another history.`,
    lists: ({ lists }) =>
      `For each of the ${lists.length} classes of events the document has the whole list, to the last event, or proof that it is empty.` +
      (lists.some(({ count, shown }) => shown < count) ? " Of events that are withheld it has the proof that they exist." : ""),
    events: ({ events: shown, document }) => `Each of the ${events(shown.length)} shown is what was recorded, to the last digit, and belongs to ${document.passport}.`,
    signatures: ({ signatures: { signed, ofVehicle, notCounted, unsigned } }) =>
      signed === 0 && notCounted.length === 0
        ? `No event carries a signature of its source: that it was sent so is what the organisations above say.`
        : `${events(signed)} carry a good signature of a source you trust, ${ofVehicle} of them of the vehicle itself; ${notCounted.length} carry one that proves nothing with your list; ${unsigned} carry none.`,
    vin: () => "The document’s tag was computed from the VIN you entered, with the key of your trust list.",
  },
  notAsked: { vin: "You entered no VIN. The history is of one vehicle; that it is the car in front of you is not shown." },
  notReached: "Not checked, because of the above.",

  missing: (source, missing, end) =>
    missing === 0
      ? `The vehicle numbers what it signs as ${source}: all numbers from 0 to ${end} are here.`
      : `The vehicle numbers what it signs as ${source}: ${missing} of the numbers from 0 to ${end} are not here. Those events were refused, lost, or withheld here.`,
  notCounted: {
    title: "Signatures that are not counted",
    keyNotListed: "the key is not on your list",
    keyOfOtherSource: "the key is another source’s",
    keyOfOtherVehicle: "the key is another vehicle’s",
    otherMember: "the event is from another member than the key’s",
    positionNotShown: "the document does not show whether the event was journaled while the key was good",
    otherStream: "the key’s events stand in another stream",
    beforeEnrolment: "the event was journaled before the key was enrolled",
    afterRevocation: "the event was journaled after the key was revoked",
  },

  listsTitle: "What there is, class by class",
  listsLead: "The number of events of every class is proven, also where they are not shown.",
  classes: {
    odometer: "Mileage", usage: "Trips, charging, fuel", battery: "Battery", workshop: "Workshop", inspection: "Inspections", damage: "Damage and claims",
    theft: "Theft", recall: "Recalls", register: "Registration and owners", note: "Corrections and disputes",
  },
  classCount: (shown, all) => (all === 0 ? "none" : shown === all ? events(all) : `${events(all)}, ${all - shown} withheld`),

  chartTitle: "Mileage",
  chartName: (n, from, to) => `Mileage over time: ${n} readings from ${from} to ${to}; the values are in the list of events below.`,
  falls: (n) => `The mileage goes down ${n === 1 ? "once" : `${n} times`} (marked red). It can be an error that was corrected, a replaced instrument, or a manipulation: look at these events.`,
  kilometres: (metres) => `${Math.round(Number(metres) / 1000).toLocaleString("en-GB")} km`,

  historyTitle: "History",
  historyLead: "Newest first; times are in UTC, as the sources say.",
  more: (n) => `Show ${n.toLocaleString("en-GB")} more`,
  noEvents: "No event is shown.",
  quality: (index) => `quality ${index} of 100`,
  signedBySource: "signed by its source",
  withdrawn: "withdrawn",
  details: "Details",
  from: (member) => `reported by ${member.replace("members/", "")}`,

  kinds: {
    OdometerReading: "Mileage read", InstrumentClusterChange: "Instrument cluster replaced", TripSummary: "Trip", ChargeSession: "Charging", Refuel: "Refuelling", Wash: "Wash",
    BatteryMeasurement: "Battery measured", Service: "Service", Repair: "Repair", PartChange: "Part changed", TyreChange: "Tyres changed", SoftwareUpdate: "Software update",
    TroubleCodesReported: "Trouble codes read", TroubleCodesCleared: "Trouble codes cleared", Inspection: "Inspection", Incident: "Accident or damage", ClaimOpened: "Claim opened",
    ClaimClosed: "Claim closed", TotalLossDeclared: "Declared a total loss", TotalLossLifted: "Total loss lifted", Theft: "Reported stolen", Recovery: "Found again",
    RecallIssued: "Recall issued", RecallPerformed: "Recall carried out", Registration: "Registered", OwnershipChange: "Changed hands", Export: "Exported", Import: "Imported",
    Dismantled: "Dismantled", Correction: "Earlier event corrected", DisputeOpened: "Event disputed", DisputeResolved: "Dispute resolved",
  },
  fields: { id: "Event id", source: "Source", received_at: "Received", policy_version: "Quality policy" },

  limitsTitle: "What nobody can tell you with this document",
  limits: {
    submitted: "Events that nobody reported. An accident repaired in a back yard is in no journal.",
    truth: "Whether a report is true. An event says what its source reported; the quality number is the platform’s estimate of how much to believe it.",
    after: "What happened since. Ask for a newer document if this one is old.",
    car: "Whether it is the car in front of you. Enter the VIN above, and compare it with the one on the car.",
    ledger: "Whether the ledger kept the state. The organisations signed it before it was put in order: ask one of them for the epoch by its number and compare the hash below.",
    place: "The transaction’s id, channel and block, and the time the document was made: they are the document’s own words.",
    witness: "Whether others were shown another history: you ask for no witness.",
    keys: "Whose key is whose: your trust list says so. What a source signed last is not known either: later numbers than those shown may exist.",
    withheld: "What the withheld events say. Their number and class are proven.",
    tied: "That the passport’s name belongs to this history: no event is shown.",
  },

  detailTitle: "For experts",
  detail: {
    passport: "Passport", epoch: "Epoch", hash: "Hash of the epoch record", time: "Time of the epoch", index: "Epochs in the log", endorsers: "Endorsed by", others: "Signed, not on your list",
    cosigners: "Cosigned by", generated: "Document made (claim)", transaction: "Transaction (claim)", channel: "Channel (claim)", block: "Block (claim)", duration: "Time to check",
  },
  reason: (reason, at) => `${reason} at ${at}`,

  refusals: {
    "trust.tag_key": "Your trust list has no tag key, so that it cannot be checked whose history this is. Empty the field of the VIN to check the rest.",
    TRUST_MALFORMED: "The trust list is damaged, or could not protect you as it is written.",
    DOCUMENT_MALFORMED: "The file is no proof document, is damaged, or was edited.",
    SCHEMA_UNKNOWN: "The file is no proof document of the version that this page reads.",
    EPOCH_MALFORMED: "The record that everything rests on is not in its proper form.",
    GENERATED_BEFORE_EPOCH: "The document says that it is older than the record it rests on.",
    CHANNEL_MISMATCH: "The document is of another ledger than the one you trust.",
    CHAINCODE_MISMATCH: "The record was made by other rules than those you trust.",
    ENDORSEMENT_INVALID: "A signature of an organisation does not hold, or its certificate is not genuine.",
    ENDORSEMENT_OF_OTHER_RECORD: "The organisations signed another record than the one in this file.",
    TOO_FEW_ENDORSEMENTS: "Fewer of the organisations you trust vouch for it than you ask for.",
    NOTE_MALFORMED: "The log’s statement is not in its proper form.",
    OTHER_LOG: "The log’s statement is of another log than the one you trust.",
    NOTE_SIGNATURE_INVALID: "A signature under the log’s statement does not hold.",
    TOO_FEW_COSIGNATURES: "Fewer of the witnesses you trust have confirmed the log than you ask for.",
    RECORD_NOT_INDEXED: "The record is not in the log that the witnesses watch.",
    CLASSES_INCOMPLETE: "The document does not have the lists of all classes of events.",
    LIST_NOT_IN_MAP: "A list is not the recorded one: an event was left out, added, changed or moved, or it is another vehicle’s.",
    EVENT_DUPLICATE: "The same event occurs twice.",
    LEAF_MALFORMED: "A recorded event cannot be read.",
    OTHER_PASSPORT: "An event belongs to another vehicle’s passport.",
    OTHER_CLASS: "An event stands in the list of another class.",
    STATEMENT_MISMATCH: "The signatures of sources are not in their proper order, or one is missing or too many.",
    NOT_IN_STREAM: "An event is not where the document says that it was recorded.",
    VIEW_MISMATCH: "What is shown of an event is not what was recorded: a mileage, a date or another detail was changed.",
    SIGNATURE_INVALID: "The signature of an event’s source does not hold, or is another’s.",
    TAG_PROOF_MISSING: "The document does not show which car it is of. Ask for one that was made with the VIN.",
    OTHER_VEHICLE: "The document is of another car than that with the VIN you entered.",
  },
};

function age(ms) {
  const units = [["year", 31_557_600_000], ["month", 2_629_800_000], ["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];
  for (const [name, length] of units) if (ms >= 2 * length || (length === 86_400_000 && ms >= length)) return plural(Math.floor(ms / length), name, `${name}s`);
  return "less than two minutes";
}
