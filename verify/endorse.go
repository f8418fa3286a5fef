package verify

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/endorsement"
	"github.com/pcc-platform/pcc/chaincode/model"
)

// endorsers are the organisations that signed, each once and sorted.
type endorsers struct {
	trusted []string
	// others are not on the trust list; their signatures prove nothing here.
	others []string
}

// checkEndorsements refuses a document with any trusted organisation's
// endorsement that does not hold, even when enough others do: a document with a
// broken part is not the one that was exported.
func checkEndorsements(shown Epoch, record model.EpochRecord, trust Trust) (endorsers, error) {
	var by endorsers
	if shown.Transaction.Channel != trust.Channel {
		return by, refuse(ReasonChannelMismatch, "epoch.transaction.channel", "%.80q is not %q", shown.Transaction.Channel, trust.Channel)
	}
	if shown.Transaction.Chaincode != trust.Chaincode {
		return by, refuse(ReasonChaincodeMismatch, "epoch.transaction.chaincode", "%.80q is not %q", shown.Transaction.Chaincode, trust.Chaincode)
	}
	hash, err := record.Hash()
	if err != nil {
		return by, refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	for i, e := range shown.Endorsements {
		at := fmt.Sprintf("epoch.endorsements[%d]", i)
		roots := trust.roots(e.MSPID)
		if err := checkIdentity(e, at); err != nil {
			return by, err
		}
		if roots == "" {
			by.others = append(by.others, e.MSPID)
			continue
		}
		if err := checkEndorsement(e, at, roots, trust.Chaincode, hash); err != nil {
			return by, err
		}
		by.trusted = append(by.trusted, e.MSPID)
	}
	by.trusted, by.others = distinct(by.trusted), distinct(by.others)
	if len(by.trusted) < trust.MinEndorsements {
		return by, refuse(ReasonTooFewEndorsements, "epoch.endorsements", "%d trusted organisations, %d demanded", len(by.trusted), trust.MinEndorsements)
	}
	return by, nil
}

func checkEndorsement(e Endorsement, at, roots, chaincode string, want model.Hash) error {
	payload, name, err := endorsement.Verify(e.Signed, e.Signature, []byte(e.Certificate), []byte(roots))
	if err != nil {
		return refuse(ReasonEndorsementInvalid, at, "%w", err)
	}
	if name != chaincode {
		return refuse(ReasonChaincodeMismatch, at, "endorsed by chaincode %.80q", name)
	}
	if string(payload) != want.String() {
		return refuse(ReasonEndorsementOfOther, at, "the peer endorsed another record")
	}
	return nil
}

// checkIdentity ties the organisation and certificate shown to the signed bytes,
// which end with the signer's identity as two protobuf fields:
//
//	SerializedIdentity { string mspid = 1; bytes id_bytes = 2; }
func checkIdentity(e Endorsement, at string) error {
	var identity []byte
	for i, field := range []string{e.MSPID, e.Certificate} {
		const wireBytes = 2
		identity = append(identity, byte(i+1)<<3|wireBytes)
		identity = binary.AppendUvarint(identity, uint64(len(field)))
		identity = append(identity, field...)
	}
	if !bytes.HasSuffix(e.Signed, identity) {
		return refuse(ReasonEndorsementInvalid, at, "organisation or certificate is not the one signed")
	}
	return nil
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
