// Package wire is what a log and a witness send each other: the HTTP protocol of c2sp.org/tlog-witness, read and written in
// one place by both sides.
//
// # add-checkpoint
//
// A log posts to <submission prefix>/add-checkpoint:
//
//	old <size of the last checkpoint that the witness cosigned, or 0>
//	<hash of the consistency proof, base64>        at most 63 such lines
//	                                               an empty line
//	<signed checkpoint, see package checkpoint>
//
// and is answered with one of:
//
//	200  the signature lines of the witness
//	400  malformed, or the old size is above the new one
//	403  no valid signature of a known key of the log
//	404  unknown log
//	409  another old size; the body is the witness's, with a newline, as text/x.tlog.size
//	413  the body is above [MaxRequestBytes]
//	422  not consistent with what the witness has cosigned, or refused by its own examination
//	503  the witness could not examine or store it now; nothing was cosigned
//
// 413, 503 and the second cause of 422 are not in c2sp.org/tlog-witness, nor is the header [EvidenceHeader], which names
// the evidence (package evidence) when the checkpoint contradicts one that the witness has.
//
// # Reading
//
//	GET <prefix>/<log>/checkpoint       the last cosigned checkpoint, with both signatures; of c2sp.org/tlog-witness
//	GET <prefix>/<log>/evidence/<id>    a document of evidence
//	GET <prefix>/<log>/unexplained/<id> a signed checkpoint, see witness.Witness
//	GET <prefix>/status                 JSON, see witness.LogStatus
//
// where <log> is the SHA-256 of the origin in lower-case hexadecimal.
package wire
