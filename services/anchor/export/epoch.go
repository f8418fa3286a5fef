package export

import (
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/verify"
)

func shownHashes(hashes []proof.Hash) [][]byte {
	shown := make([][]byte, len(hashes))
	for i, h := range hashes {
		shown[i] = h[:]
	}
	return shown
}

func shownEpoch(epoch anchor.Epoch) verify.Epoch {
	t := epoch.Transaction
	shown := verify.Epoch{
		Record:       epoch.Text,
		Transaction:  verify.Transaction{ID: t.ID, Channel: t.Channel, Chaincode: t.Chaincode, Block: t.Block},
		Endorsements: make([]verify.Endorsement, 0, len(t.Endorsements)),
	}
	for _, e := range t.Endorsements {
		shown.Endorsements = append(shown.Endorsements, verify.Endorsement{
			MSPID: e.MSPID, Certificate: e.CertificatePEM, Signature: e.Signature, Signed: e.Signed,
		})
	}
	return shown
}
