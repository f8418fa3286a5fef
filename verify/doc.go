// Package verify checks a passport's proof document without contacting anybody.
//
// A proof document shows the events of one vehicle passport and, for each, why
// it can be believed to be the event that was journaled: a chain of hashes from
// the event's bytes to a record on a ledger that several organisations signed.
// The package uses the standard library, golang.org/x/mod/sumdb/tlog and this
// project's own packages that do the same, so that anybody can carry it.
//
// # Document
//
// One JSON object, at most [MaxDocumentBytes]. Byte strings are standard base64
// with padding.
//
//	{
//	  "schema": "pcc-proof/v2",
//	  "passport": "passports/…",
//	  "tag": base64,                                    the vehicle's public tag, package internal/eventlist
//	  "generated_at": "2026-01-31T12:00:00Z",
//	  "epoch": {
//	    "record": "pcc-epoch/v2\n…",                    canonical text, package chaincode/model
//	    "transaction": {"id": "…", "channel": "…", "chaincode": "…", "block": 7},
//	    "endorsements": [
//	      {"msp_id": "…", "certificate": "PEM", "signature": base64, "signed": base64}
//	    ]
//	  },
//	  "streams": [{"stream": "ingest/oem", "size": 6000, "root": base64}],
//	  "events": [
//	    {"stream": "ingest/oem", "seq": 17, "leaf": base64, "proof": [base64, …],
//	     "signature": {"statement": base64, "path": [base64, …]}, "event": {…}}
//	  ]
//	}
//
// The order of fields is the one shown. Streams are in ascending order of name
// and each has at least one event; events are in ascending order of stream, then
// of seq. The fields of "event" are in alphabetical order at every depth. A
// document has therefore one encoding, white space between tokens aside, and
// [Verify] refuses all others: with unknown, repeated, missing or differently
// spelled fields, a document could show one thing to a program and another to a
// person. [Encode] writes this form.
//
// # What is checked
//
//  1. The epoch record is canonical. Every endorsement by an organisation of the
//     trust list is a signature of a peer of that organisation over the SHA-256 of
//     this record as the result of the expected chaincode, and at least as many
//     distinct organisations as the trust list demands have signed.
//  2. Every stream's size and root stand in the epoch record.
//  3. Every leaf is a well-formed frame whose payload names the passport shown.
//     The key of the list of "tag" and the event's class, which follows from its
//     type, and a commitment to the leaf make an entry (internal/journal/proof)
//     that lies, by RFC 6962, in its stream's tree at its number. No event occurs
//     twice.
//  4. "signature" is there exactly if the leaf names one: its statement has the
//     hash that the leaf names, and its path leads from the event's bytes, at the
//     index that the leaf names, to the statement's root.
//  5. What "event" shows is exactly what the leaf's payload decodes to.
//
// # What is not proven
//
// [Report.Limits] says it in words. In short: the list can be incomplete (events
// withheld, or never submitted); that "tag" is the tag of a certain VIN is not
// shown; endorsements are made before a transaction is
// ordered, so they prove what each organisation's peer computed and not that
// the ledger kept it; "generated_at" and the transaction's id, channel and block
// are claims, listed as such in [Report.Claims].
//
// # Trust list
//
// Who is believed is the reader's choice and never part of the document. It is a
// JSON object of its own, see [ParseTrust]:
//
//	{
//	  "channel": "…", "chaincode": "…", "min_endorsements": 2,
//	  "msps": [{"msp_id": "…", "root_certificates": ["PEM", …]}],
//	  "source_keys": [{"source": "/members/…", "public_key": base64, "first_sequence": 0}]
//	}
//
// The keys of sources are optional. With them package verify/signatures checks,
// in a document that [Verify] accepted, what the sources themselves signed.
package verify
