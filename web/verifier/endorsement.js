// Endorsements: a peer of an organisation ran the chaincode and signed its answer. Package chaincode/endorsement says what that
// proves.

import { concat, equal, strictText, utf8 } from "./bytes.js";
import { plainFields } from "./protobuf.js";
import { inOrder, orRefuse, refuse } from "./refusal.js";
import { fromPEM, issuedBy, unitsOf, verifyWith } from "./x509.js";

const MAX_SIGNED = 1 << 20;
const STATUS_OK = 200n;
const PEER = "peer";

// checkEndorsements verifies the endorsements of organisations of the trust list over the hash (hexadecimal) of an epoch record.
// One that does not hold refuses the document even when enough others do: it is then not the document that was exported.
export async function checkEndorsements(epoch, hash, trust) {
  const { channel, chaincode } = epoch.transaction;
  if (channel !== trust.channel) refuse("CHANNEL_MISMATCH", "epoch.transaction.channel", `${channel} is not ${trust.channel}`);
  if (chaincode !== trust.chaincode) refuse("CHAINCODE_MISMATCH", "epoch.transaction.chaincode", `${chaincode} is not ${trust.chaincode}`);
  const isTrusted = await inOrder(epoch.endorsements.map((endorsement, i) => checkEndorsement(endorsement, `epoch.endorsements[${i}]`, hash, trust)));
  const names = (of) => [...new Set(epoch.endorsements.filter((_, i) => isTrusted[i] === of).map(({ msp_id }) => msp_id))].sort();
  const trusted = names(true);
  if (trusted.length < trust.min_endorsements) {
    refuse("TOO_FEW_ENDORSEMENTS", "epoch.endorsements", `${trusted.length} trusted organisations, ${trust.min_endorsements} demanded`);
  }
  return { trusted, others: names(false) };
}

// checkEndorsement tells whether an endorsement is one of the trust list's organisations, and then demands that it holds.
async function checkEndorsement(endorsement, at, hash, { msps, chaincode }) {
  checkIdentity(endorsement, at);
  const msp = msps.find((one) => one.msp_id === endorsement.msp_id);
  if (!msp) return false;
  const signed = await orRefuse("ENDORSEMENT_INVALID", at, () => verifyEndorsement(endorsement, msp.authorities));
  if (signed.chaincode !== chaincode) refuse("CHAINCODE_MISMATCH", at, `endorsed by chaincode ${signed.chaincode}`);
  if (signed.payload !== hash) refuse("ENDORSEMENT_OF_OTHER_RECORD", at, "the peer endorsed another record");
  return true;
}

// checkIdentity ties the organisation and certificate shown to the signed bytes, which end with
// SerializedIdentity { string mspid = 1; bytes id_bytes = 2; }.
function checkIdentity({ msp_id, certificate, signed }, at) {
  const field = (tag, text) => concat([tag], varint(utf8(text).length), utf8(text));
  const identity = concat(field(0x0a, msp_id), field(0x12, certificate));
  if (signed.length < identity.length || !equal(signed.subarray(signed.length - identity.length), identity)) {
    refuse("ENDORSEMENT_INVALID", at, "organisation or certificate is not the one signed");
  }
}

function varint(number) {
  const groups = [];
  do groups.push(number & 0x7f);
  while ((number >>>= 7) > 0);
  return groups.map((group, i) => (i < groups.length - 1 ? group | 0x80 : group));
}

async function verifyEndorsement({ certificate, signature, signed }, authorities) {
  const statement = parseSigned(signed);
  const peer = fromPEM(certificate);
  if (!equal(fromPEM(statement.certificate).raw, peer.raw)) throw new Error("the signed identity names another certificate");
  if (!(await issuedBy(peer, authorities))) throw new Error("the certificate was not issued by the organisation");
  if (peer.isAuthority || !unitsOf(peer.subject).includes(PEER)) throw new Error("the certificate is not that of a peer");
  if (!(await verifyWith(peer, "SHA-256", signed, signature))) throw new Error("the signature does not match");
  if (statement.status !== STATUS_OK) throw new Error(`the chaincode answered with status ${statement.status}`);
  return statement;
}

// parseSigned reads the two messages that are signed back to back:
//
//   ProposalResponsePayload { bytes proposal_hash = 1; bytes extension = 2; }
//   SerializedIdentity      { string mspid = 1; bytes id_bytes = 2; }
//
// Their fields have the same numbers, so the order on the wire tells them apart; anything but these four is refused.
function parseSigned(signed) {
  if (signed.length > MAX_SIGNED) throw new Error("too many signed bytes");
  const fields = plainFields(signed);
  if (fields.length !== 4 || fields.some((field, i) => field.number !== 1 + (i % 2) || field.wire !== 2)) {
    throw new Error("not a payload and an identity");
  }
  return { ...parseAction(fields[1].value), certificate: strictText(fields[3].value) ?? "" };
}

//   ChaincodeAction { bytes results = 1; bytes events = 2; Response response = 3; ChaincodeID chaincode_id = 4; }
//   Response        { int32 status = 1; string message = 2; bytes payload = 3; }
//   ChaincodeID     { string path = 1; string name = 2; string version = 3; }
function parseAction(action) {
  const response = only(action, 3, 2);
  const name = only(only(action, 4, 2), 2, 2);
  return { status: only(response, 1, 0), payload: strictText(only(response, 3, 2)), chaincode: strictText(name) };
}

// only returns the value of the one field of a number. A second is refused: decoders disagree on which of two counts.
function only(message, number, wire) {
  const found = plainFields(message).filter((field) => field.number === number);
  if (found.length !== 1 || found[0].wire !== wire) throw new Error(`field ${number} does not occur once, as expected`);
  return found[0].value;
}
