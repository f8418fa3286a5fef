package verify

import (
	"errors"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Cosigner is a witness of the trust list that cosigned the note.
type Cosigner struct {
	// Name is that of the witness's key.
	Name string `json:"name"`
	// Time is when it says that it saw no larger tree of the log, in whole seconds.
	Time time.Time `json:"time"`
}

// indexed is what the note shows.
type indexed struct {
	// size is the number of epochs in the log.
	size      uint64
	cosigners []Cosigner
}

// checkIndex checks the note with the reader's keys, and that the record is at its place in the log.
func checkIndex(shown Index, record model.EpochRecord, trust Trust) (indexed, error) {
	policy, err := trust.Policy()
	if err != nil {
		return indexed{}, err
	}
	signed := []byte(shown.Note)
	claimed, err := checkpoint.Unverified(signed)
	if err != nil {
		return indexed{}, refuse(ReasonNoteMalformed, "index.note", "%w", err)
	}
	if origin := policy.Log().Origin; claimed.Origin != origin {
		return indexed{}, refuse(ReasonOtherLog, "index.note", "a note of %.80q, not of %q", claimed.Origin, origin)
	}
	verified, cosignatures, err := policy.Verify(signed)
	if err != nil {
		return indexed{}, refuse(noteReason(err), "index.note", "%w", err)
	}
	if err := checkRecordIndexed(shown.Path, record, verified.Checkpoint); err != nil {
		return indexed{}, err
	}
	found := indexed{size: verified.Size}
	for _, c := range cosignatures {
		found.cosigners = append(found.cosigners, Cosigner{Name: c.Witness, Time: c.Time.UTC()})
	}
	return found, nil
}

// noteReason tells the ways apart in which a note can fail its policy.
func noteReason(err error) Reason {
	var nobody *note.UnverifiedNoteError
	switch {
	case errors.Is(err, checkpoint.ErrQuorum):
		return ReasonTooFewCosignatures
	case errors.As(err, &nobody):
		return ReasonOtherLog
	case errors.Is(err, checkpoint.ErrSignature):
		return ReasonNoteSignatureInvalid
	default:
		return ReasonNoteMalformed
	}
}

// checkRecordIndexed follows the path from the record, which is entry number-1 of the log.
func checkRecordIndexed(shown [][]byte, record model.EpochRecord, log checkpoint.Checkpoint) error {
	leaf, err := record.IndexLeaf()
	if err != nil {
		return refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	if err := proof.VerifyInclusion(hashes(shown), record.Number-1, log.Size, proof.Hash(leaf), log.Root); err != nil {
		return refuse(ReasonRecordNotIndexed, "index.path", "%w", err)
	}
	return nil
}

// hashes takes hashes whose length is checked.
func hashes(shown [][]byte) []proof.Hash {
	path := make([]proof.Hash, len(shown))
	for i, h := range shown {
		path[i] = proof.Hash(h)
	}
	return path
}
