// Package witness is a member's own check on the logs of the platform. A witness remembers, for each log, the last
// checkpoint that it cosigned; it cosigns another one only if that extends the remembered one, and only once its own
// examination ([Options.Approve]) agrees. A checkpoint with enough cosignatures (checkpoint.Policy) therefore cannot have
// been shown to one reader alone.
//
// Packages below it: checkpoint has the notes, keys and signatures; evidence the proofs of equivocation; wire the protocol
// that log and witness speak; quorum the log's side, which collects cosignatures; replay the examination of epochs; enrol a
// member's key on the ledger; daemon the process of a member, with all of these. Formats and protocol are those of
// c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature and c2sp.org/tlog-witness.
//
// # What always holds
//
//   - The checkpoint is on disk, synced, before its cosignature leaves the process. Kill it at any point: what was answered
//     is remembered.
//   - A size once cosigned is never followed by a smaller one, nor by the same size with another root.
//   - Nothing is stored of a checkpoint that is refused by the examination. Of one that is not consistent, what may show
//     that the log has two histories.
//   - Evidence is never replaced or removed, and is kept only if everybody can verify it with the log's key alone. The
//     witness stays on the history that it saw first.
//   - One process at a time uses a folder.
//
// # Folder
//
// A folder belongs to one witness key: with a new key a witness is a new one, and starts with an empty folder. Restoring an
// old copy of a folder makes the witness forget, and is not to be done. <log> is the SHA-256 of the log's origin in
// hexadecimal.
//
//	<log>/checkpoints/<size, 20 digits>.note   signed note with the log's signatures and this witness's, for each of the
//	                                           last [MaxRemembered] sizes cosigned; the largest is the last
//	<log>/evidence/<id>.json                   a document of package evidence, at most [MaxEvidence]
//	<log>/unexplained/<id>.note                signed note that was not shown to extend the last, at most [MaxUnexplained]
//	<log>/*/new                                what a process that died was writing; means nothing
//
// <id> is the SHA-256 of the file in hexadecimal.
//
// # A checkpoint's way
//
//	parsed ─> log known ─> signed by it ─> old size is ours ─> extends ours ─> approved ─> stored ─> cosigned
//	  400        404           403             409                422          422, 503      503       200
//
// Whatever contradicts a remembered checkpoint on the way is kept as evidence and named in the answer, the status and the
// log. A smaller checkpoint, or a consistency proof that fails, is none by itself: retries and races bring the one, and
// anybody can send the other. Evidence is made when the roots of one size differ, when the proof that came with the
// checkpoint shows another beginning than the one remembered, or when [Options.Prefix] finds one. Until then a signed
// checkpoint whose proof failed is kept as unexplained: it becomes evidence as soon as this witness cosigns that size with
// another root, or in the hands of another witness, and is let go once the size is cosigned with the same one.
package witness
