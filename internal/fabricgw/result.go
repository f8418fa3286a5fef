package fabricgw

import (
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Result is a committed transaction.
type Result struct {
	TxID         string
	BlockNumber  uint64
	Payload      []byte // the chaincode's answer
	Endorsements []Endorsement
}

// Endorsement is one peer's signature over the transaction's outcome, in the form
// that can be checked without the channel.
type Endorsement struct {
	MSPID          string
	CertificatePEM []byte
	Signature      []byte // ASN.1 ECDSA over SHA-256 of Signed
	Signed         []byte // proposal response payload followed by the endorser's serialized identity
}

// EndorsingMSPs returns the organisations that endorsed, sorted, each once.
func (r Result) EndorsingMSPs() []string {
	var ids []string
	for _, e := range r.Endorsements {
		ids = append(ids, e.MSPID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// prepared reads a transaction that is endorsed and not yet sent.
func prepared(transaction *client.Transaction) (Result, error) {
	encoded, err := transaction.Bytes()
	if err != nil {
		return Result{}, fmt.Errorf("encode transaction: %w", err)
	}
	message := &gateway.PreparedTransaction{}
	if err := proto.Unmarshal(encoded, message); err != nil {
		return Result{}, fmt.Errorf("decode transaction: %w", err)
	}
	return resultOf(message.GetEnvelope())
}

// resultOf reads what a transaction's envelope holds: all of Result but the block.
func resultOf(envelope *common.Envelope) (Result, error) {
	payload, header, action := &common.Payload{}, &common.ChannelHeader{}, &peer.ChaincodeActionPayload{}
	transaction := &peer.Transaction{}
	if err := decode(envelope.GetPayload(), payload); err != nil {
		return Result{}, err
	}
	if err := decode(payload.GetHeader().GetChannelHeader(), header); err != nil {
		return Result{}, err
	}
	if err := decode(payload.GetData(), transaction); err != nil {
		return Result{}, err
	}
	// Fabric transactions hold exactly one action.
	if n := len(transaction.GetActions()); n != 1 {
		return Result{}, fmt.Errorf("decode transaction: %d actions", n)
	}
	if err := decode(transaction.GetActions()[0].GetPayload(), action); err != nil {
		return Result{}, err
	}
	return resultOfAction(header.GetTxId(), action.GetAction())
}

func resultOfAction(txID string, action *peer.ChaincodeEndorsedAction) (Result, error) {
	signed := action.GetProposalResponsePayload()
	response, outcome := &peer.ProposalResponsePayload{}, &peer.ChaincodeAction{}
	if err := decode(signed, response); err != nil {
		return Result{}, err
	}
	if err := decode(response.GetExtension(), outcome); err != nil {
		return Result{}, err
	}
	result := Result{TxID: txID, Payload: outcome.GetResponse().GetPayload()}
	for _, e := range action.GetEndorsements() {
		endorser := &msp.SerializedIdentity{}
		if err := decode(e.GetEndorser(), endorser); err != nil {
			return Result{}, err
		}
		result.Endorsements = append(result.Endorsements, Endorsement{
			MSPID:          endorser.GetMspid(),
			CertificatePEM: endorser.GetIdBytes(),
			Signature:      e.GetSignature(),
			Signed:         slices.Concat(signed, e.GetEndorser()),
		})
	}
	return result, nil
}

func decode(encoded []byte, into proto.Message) error {
	if err := proto.Unmarshal(encoded, into); err != nil {
		return fmt.Errorf("decode %s: %w", into.ProtoReflect().Descriptor().Name(), err)
	}
	return nil
}
