// Package vintag checks that the tag of a proof document is that of a certain
// VIN, without asking anybody.
//
// A tag is computed by the VOPRF of RFC 9497 (suite ristretto255-SHA512) under
// the platform's tag key, see package internal/eventlist. A document whose
// exporter knew the VIN can hold what the holders of the tag key were asked and
// what they answered: the scalar that blinded the VIN, and of as many holders as
// it takes the public counterpart of the share, the evaluated element, and the
// proof of RFC 9497 that it was evaluated with this share. Who has the VIN and the
// tag key's public key repeats the client's part: blinds the VIN by the same
// scalar, verifies the proofs for exactly this question and these answers, and that
// the shares are of the key, interpolates, unblinds, and compares the tag.
//
// So who has a document with such a proof can also try VINs on it: it is for
// those who know the vehicle, and the exporter adds it on demand only.
//
// Unlike package verify this one needs a library for the group: circl.
package vintag

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/verify"
)

// ErrRefused says that a proof is not one of the tag key for the VIN.
var ErrRefused = errors.New("vintag: the proof does not hold for this VIN")

// Check checks that a document's tag is that of the VIN, with the reader's tag key. The document must be one that
// verify.Verify accepted. The error is a *verify.Error, which does not hold the VIN.
func Check(document []byte, trust verify.Trust, vin string) error {
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return refuse(verify.ReasonDocumentMalformed, "document", err)
	}
	if len(trust.TagKey) == 0 {
		return refuse(verify.ReasonTrustMalformed, "trust.tag_key", errors.New("there is none, so that no tag can be checked"))
	}
	if d.TagProof == nil {
		return refuse(verify.ReasonTagProofMissing, "tag_proof", errors.New("the document was exported without the VIN"))
	}
	normal, err := eventlist.NormalVIN(vin)
	if err != nil {
		return refuse(verify.ReasonOtherVehicle, "tag", err)
	}
	tag, err := TagOf(normal, *d.TagProof, trust.TagKey)
	if err != nil {
		return refuse(verify.ReasonOtherVehicle, "tag_proof", err)
	}
	if string(tag[:]) != string(d.Tag) {
		return refuse(verify.ReasonOtherVehicle, "tag", errors.New("the tag is not that of this VIN"))
	}
	return nil
}

// TagOf returns the tag of a VIN in its normal form that a proof shows under a tag key. The error wraps ErrRefused.
func TagOf(normalVIN string, p verify.TagProof, tagKey []byte) (eventlist.Tag, error) {
	output, err := evaluate(eventlist.TagInput(normalVIN), p, tagKey)
	if err != nil {
		return eventlist.Tag{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return eventlist.TagOf(output), nil
}

// evaluate repeats what the VOPRF's client did, and returns its output.
func evaluate(input []byte, p verify.TagProof, tagKey []byte) (output [threshold.OutputSize]byte, err error) {
	if len(p.Blind) != threshold.Size || len(tagKey) != threshold.Size {
		return output, errors.New("the blind or the tag key is not of 32 bytes")
	}
	blind := threshold.Scalar(p.Blind)
	asked, err := threshold.BlindBy(blind, input)
	if err != nil {
		return output, fmt.Errorf("blind: %w", err)
	}
	var parts []threshold.Shown
	for _, part := range p.Parts {
		if len(part.Key) != threshold.Size || len(part.Evaluation) != threshold.Size || len(part.Proof) != threshold.ProofSize {
			return output, errors.New("a part is not of 32, 32 and 64 bytes")
		}
		parts = append(parts, threshold.Shown{
			VerificationKey: threshold.VerificationKey{Index: part.Index, Key: threshold.Element(part.Key)},
			Evaluation:      threshold.Element(part.Evaluation), Proof: threshold.Proof(part.Proof),
		})
	}
	evaluated, err := threshold.CombineShown(threshold.Element(tagKey), asked, parts)
	if err != nil {
		return output, err
	}
	return threshold.Finalize(input, blind, evaluated)
}

func refuse(reason verify.Reason, at string, err error) error {
	return &verify.Error{Reason: reason, At: at, Err: err}
}
