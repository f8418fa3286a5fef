package access

import (
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const keySetFormat = "pcc-key-set/v1"

// KeySet is one epoch of a collective key, as its trustees made it. Every trustee
// that it lists signs it. That the verification keys are shares of the public key is
// for who uses them to check: the ledger knows no group.
//
// A key that one holder had before there were trustees comes in as a set of one
// share, which nobody proposed and which those who decide for the Consortium sign,
// too.
type KeySet struct {
	Purpose   KeyPurpose
	KeyNumber uint64
	Epoch     uint64
	Threshold uint64
	PublicKey [32]byte   // canonical encoding of a ristretto255 element
	Proposal  model.Hash // of the proposal; zero for the key of one holder
	Shares    []Share    // in the order of their trustees; those that did not take part may be missing
}

// Share is the public side of one trustee's share.
type Share struct {
	Seat
	Verification [32]byte // canonical encoding of a ristretto255 element
}

// Canonical returns the one encoding of k:
//
//	pcc-key-set/v1
//	<purpose>
//	<key number>
//	<epoch>
//	<threshold>
//	<public key, base64>
//	<hash of the proposal, base64>
//	<trustee id> <index> <verification key, base64>     (one line a share)
func (k KeySet) Canonical() ([]byte, error) { return canonicalText(k, MaxRecordBytes) }

// Hash returns the SHA-256 of k's canonical text, or the error of Canonical.
func (k KeySet) Hash() (model.Hash, error) { return hashOf(k, MaxRecordBytes) }

// ParseKeySet decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseKeySet(text []byte) (KeySet, error) {
	return parse(text, keySetFormat, MaxRecordBytes, func(l *canonical.Lines) KeySet {
		k := KeySet{
			Purpose: KeyPurpose(l.Next("purpose")), KeyNumber: l.Uint("key number"), Epoch: l.Uint("epoch"),
			Threshold: l.Uint("threshold"), PublicKey: l.Digest("public key"), Proposal: l.Digest("proposal"),
		}
		for l.More() && len(k.Shares) <= MaxTrustees {
			f := l.Fields("share", 3)
			k.Shares = append(k.Shares, Share{
				Seat: Seat{Trustee: f[0], Index: l.ParseUint("index", f[1])}, Verification: l.ParseDigest("verification key", f[2]),
			})
		}
		return k
	})
}

// OfOneHolder reports whether nobody proposed k.
func (k KeySet) OfOneHolder() bool { return k.Proposal.IsZero() }

// CheckNext returns nil if k may follow prev, the epoch before it, which is nil for a
// new key: the epoch is the next, and the public key stays. Else it is a
// KEY_SET_NOT_NEXT or a KEY_SET_OF_ANOTHER_KEY.
func (k KeySet) CheckNext(prev *KeySet) error {
	var before uint64
	if prev != nil {
		before = prev.Epoch
	}
	if k.Epoch != before+1 || k.OfOneHolder() && prev != nil {
		return model.Errorf(model.ReasonKeySetNotNext, "epoch %d of the key does not follow %d", k.Epoch, before)
	}
	if prev != nil && prev.PublicKey != k.PublicKey {
		return model.Errorf(model.ReasonPublicKeyChanged, "epoch %d of the key has another public key", k.Epoch)
	}
	return nil
}

// CheckProposal returns nil if k is what p asks for: the same key, epoch and
// threshold, and of its trustees none in another seat. Else it is a
// KEY_SET_NOT_PROPOSED.
func (k KeySet) CheckProposal(p KeyProposal) error {
	hash, err := p.Hash()
	if err != nil {
		return err
	}
	seated := !slices.ContainsFunc(k.Shares, func(s Share) bool { return !slices.Contains(p.Seats, s.Seat) })
	if hash != k.Proposal || p.Purpose != k.Purpose || p.KeyNumber != k.KeyNumber || p.Epoch != k.Epoch ||
		p.Threshold != k.Threshold || !seated {
		return model.Errorf(model.ReasonKeyNotProposed, "epoch %d of the key is not what the last proposal asks for", k.Epoch)
	}
	return nil
}

func (k KeySet) encode() string {
	lines := []string{
		keySetFormat, string(k.Purpose), decimal(k.KeyNumber), decimal(k.Epoch), decimal(k.Threshold), encode64(k.PublicKey[:]),
		encode64(k.Proposal[:]),
	}
	for _, s := range k.Shares {
		lines = append(lines, s.encode()+" "+encode64(s.Verification[:]))
	}
	return text(lines...)
}

func (k KeySet) validate() error {
	var seats []Seat
	for _, s := range k.Shares {
		seats = append(seats, s.Seat)
		if s.Verification == [32]byte{} {
			return malformed("key set: a verification key is zero, the identity")
		}
	}
	switch {
	case k.PublicKey == [32]byte{}:
		return malformed("key set: the public key is zero, the identity")
	case k.OfOneHolder() && (len(k.Shares) != 1 || k.Epoch != 1):
		return malformed("key set: without a proposal there is one share, in epoch 1")
	}
	return validateKey(k.Purpose, k.KeyNumber, k.Epoch, k.Threshold, seats)
}
