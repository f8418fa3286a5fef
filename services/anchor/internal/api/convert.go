package api

import (
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// collection is the first part of an epoch's resource name.
const collection = "epochs"

func toProto(e anchor.Epoch) *anchorv1.Epoch {
	out := &anchorv1.Epoch{
		Name: fmt.Sprintf("%s/%d", collection, e.Number()), Record: e.Text, RecordHash: e.Hash[:],
		Note: e.Note, State: anchorv1.EpochState_EPOCH_STATE_PENDING, CreateTime: timestamppb.New(e.CutTime),
	}
	if e.Transaction != nil {
		out.State = anchorv1.EpochState_EPOCH_STATE_ANCHORED
		out.AnchorTime = timestamppb.New(e.AnchorTime)
		out.Transaction = transactionToProto(*e.Transaction)
	}
	return out
}

func transactionToProto(t anchor.Transaction) *anchorv1.LedgerTransaction {
	out := &anchorv1.LedgerTransaction{Id: t.ID, Channel: t.Channel, Chaincode: t.Chaincode, Block: int64(t.Block)}
	for _, e := range t.Endorsements {
		out.Endorsements = append(out.Endorsements, &anchorv1.Endorsement{
			MspId: e.MSPID, Certificate: e.CertificatePEM, Signature: e.Signature, Signed: e.Signed,
		})
	}
	return out
}
