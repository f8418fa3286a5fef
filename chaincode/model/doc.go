// Package model defines what the ledger stores: epoch records and member
// records, their canonical bytes, their hashes, and the rules by which one
// record may follow another.
//
// It uses the standard library only and knows nothing of Fabric, so that
// services, members and offline verifiers apply exactly the rules the chaincode
// applies. Every function here is pure.
//
// # Epochs, members, witnesses
//
// An [EpochRecord] states the journals' streams and the root of the map over all
// their entries; [ValidateNextEpoch] is the rule of succession, with the time rule
// [MaxSkew]; [ValidateDelay] is that of epochs without witnesses. [EpochRecord.IndexLeaf] is the record's leaf in the
// index log, the RFC 6962 log of all records that witnesses cosign.
//
// A [Note] is a checkpoint of that log as its signed note. [Index.Append] computes
// the log's root from the records and holds the checkpoint to it, and
// [Note.VerifyQuorum] checks that a majority of the witnesses has cosigned.
//
// A [MemberRecord] names an organisation and, if it is a witness, its
// [WitnessKey]. [ValidateMemberChange] is the rule of succession,
// [AuthorizeMemberChange] says who may make which change.
//
// # Canonical text
//
// A record is stored and hashed as lines of UTF-8 text, each ended by "\n". The
// first line names the format and its version. Hashes are standard base64 with
// padding, numbers are decimal without sign or leading zero. A value has exactly
// one encoding: parsing refuses any text that would not re-encode to itself, so
// equal hashes mean equal records.
//
// # No personal data
//
// No field of a record can carry a VIN, a vehicle's tag or anything about a
// person: names of streams, organisations and identity providers come from
// narrow alphabets, and the rest are numbers and digests over many entries.
package model
