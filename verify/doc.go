// Package verify checks a passport's proof document without contacting anybody.
//
// A proof document shows the events of one vehicle and that there are no others:
// for every class of events the whole list, and a chain of hashes from the list
// to a record on a ledger that several organisations signed and several witnesses
// watch. The package uses the standard library, golang.org/x/mod/sumdb and this
// project's own packages that do the same, so that anybody can carry it.
//
// # Document
//
// One JSON object, at most [MaxDocumentBytes]. Byte strings are standard base64
// with padding.
//
//	{
//	  "schema": "pcc-proof/v3",
//	  "passport": "passports/…",
//	  "tag": base64,                                    the vehicle's public tag, package internal/eventlist
//	  "tag_proof": {"blind": base64, "evaluation": base64, "proof": base64},     optional, package verify/vintag
//	  "generated_at": "2026-01-31T12:00:00Z",
//	  "epoch": {
//	    "record": "pcc-epoch/v2\n…",                    canonical text, package chaincode/model
//	    "transaction": {"id": "…", "channel": "…", "chaincode": "…", "block": 7},
//	    "endorsements": [
//	      {"msp_id": "…", "certificate": "PEM", "signature": base64, "signed": base64}
//	    ]
//	  },
//	  "index": {"note": "…", "path": [base64, …]},      signed note, package internal/witness/checkpoint
//	  "statements": [base64, …],                        what sources signed, package signing
//	  "lists": [
//	    {"class": "odometer", "proof": base64, "entries": [ENTRY, …]},
//	    {"class": "usage", "proof": base64, "withheld": {"count": 3, "root": base64}},
//	    …                                               all classes, in the order of package internal/eventlist
//	  ]
//	}
//
// where ENTRY is an event, or the commitment to one that is withheld:
//
//	{"leaf": base64, "event": {…}, "signature": {"statement": 0, "path": [base64, …]},
//	 "position": {"stream": "ingest/oem", "seq": 17, "path": [base64, …]}}
//	{"commitment": base64}
//
// "signature" is there exactly if the leaf names one: the index of the statement
// in "statements", which has each once, in the order in which entries first refer
// to them, and the event's path to the statement's root. "position" is optional.
// "entries" are the whole list in its order.
//
// # Encoding
//
// The order of fields is the one shown; what is optional is left out and never
// null, and null stands nowhere. The fields of "event" are in ascending order of
// their UTF-8 bytes at every depth. Numbers outside of "event" are decimal digits
// without sign, leading zeros, point or exponent, at most 2^53 - 1. Strings are
// UTF-8 with these escapes and no others: \" \\ \b \f \n \r \t, \u00xx in lower
// case for other bytes below 0x20, \u2028 and \u2029. "generated_at" is RFC 3339 in
// UTC, ending in Z, with up to nine digits of a second's fraction and no zero at
// their end. A document has therefore one encoding, white space between tokens
// aside, and [Verify] refuses all others: with unknown, repeated, missing or
// differently spelled fields, a document could show one thing to a program and
// another to a person. [Encode] writes this form.
//
// # What is checked
//
// In this order; the first rule that is broken is the answer.
//
//  1. The schema ([ReasonSchemaUnknown]), the encoding, and the shape: every part is
//     there, of its size, and not more of them than the constants of this package
//     say ([ReasonDocumentMalformed]); the classes are all there, in order
//     ([ReasonClassesIncomplete]).
//  2. The epoch record is canonical, and the document is not older than it.
//     Channel and chaincode are those of the trust list. Every endorsement by an
//     organisation of the trust list is a signature of a peer of that organisation
//     over the SHA-256 of this record as the result of the chaincode, and at least
//     as many distinct organisations as the trust list demands have signed.
//  3. The note is a checkpoint of the trust list's log, signed by it and by at least
//     as many of its witnesses as the trust list demands; no signature by a listed
//     key fails. The record is the log's entry number-1.
//  4. Each list is the one that the map of the epoch has: the head of the list, from
//     the commitments of all entries or as withheld, is under the key of the tag and
//     class, or nothing is there if the list is empty. No event occurs twice.
//  5. Every leaf is a well-formed frame whose payload names the passport shown and
//     is of its list's class. The statements are in their order and without
//     repetition, each is referred to, and no index is beyond them
//     ([ReasonStatementMismatch]). "signature" is there exactly if the leaf names
//     one: its statement has the hash that the leaf names, and its path leads from
//     the event's bytes, at the index that the leaf names, to the statement's root
//     ([ReasonSignatureInvalid]). A position, if there is one, leads to the stream's
//     root in the record. What "event" shows is exactly what the payload decodes to.
//
// # What is not proven
//
// [Report.Limits] says it in words. In short: events may never have been
// submitted; that "tag" is the tag of a certain VIN is shown by "tag_proof" only;
// endorsements are made before a transaction is ordered, so they prove what each
// organisation's peer computed and not that the ledger kept it; "generated_at" and
// the transaction's id, channel and block are claims, listed as such in
// [Report.Claims].
//
// # Trust list
//
// Who is believed is the reader's choice and never part of the document. It is a
// JSON object of its own, see [ParseTrust]:
//
//	{
//	  "channel": "…", "chaincode": "…", "min_endorsements": 2,
//	  "msps": [{"msp_id": "…", "root_certificates": ["PEM", …]}],
//	  "log": "pcc.example/index+…", "witnesses": ["oem.example+…", …], "min_cosignatures": 2,
//	  "tag_key": base64,
//	  "source_keys": [{"source": "/members/…", "public_key": base64, "first_sequence": 0}]
//	}
//
// The log's origin is the name of its key. The tag key and the keys of sources are
// optional. With them packages verify/vintag and verify/signatures check, in a
// document that [Verify] accepted, whose tag it is and what the sources themselves
// signed.
//
// # Vectors
//
// testdata/vectors has documents that are valid and documents forged in every way
// that this project knows, with a manifest of what to find out about each. They
// are for other implementations.
package verify
