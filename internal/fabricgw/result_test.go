package fabricgw

import (
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

func TestEndorsingMSPsAreSortedAndUnique(t *testing.T) {
	r := Result{Endorsements: []Endorsement{{MSPID: "B"}, {MSPID: "A"}, {MSPID: "B"}}}
	if got := r.EndorsingMSPs(); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("got %v", got)
	}
}

func TestResultOfRefusesOtherEnvelopes(t *testing.T) {
	encode := func(m proto.Message) []byte {
		encoded, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	garbled := []byte{0xff}
	header := &common.Header{ChannelHeader: encode(&common.ChannelHeader{TxId: "t"})}
	action := func(payload []byte) []byte {
		return encode(&peer.Transaction{Actions: []*peer.TransactionAction{{Payload: payload}}})
	}
	endorsed := func(response []byte) []byte {
		return encode(&peer.ChaincodeActionPayload{Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: response}})
	}
	cases := map[string][]byte{
		"payload":   garbled,
		"header":    encode(&common.Payload{Header: &common.Header{ChannelHeader: garbled}}),
		"data":      encode(&common.Payload{Header: header, Data: garbled}),
		"no action": encode(&common.Payload{Header: header}),
		"action":    encode(&common.Payload{Header: header, Data: action(garbled)}),
		"response":  encode(&common.Payload{Header: header, Data: action(endorsed(garbled))}),
		"outcome":   encode(&common.Payload{Header: header, Data: action(endorsed(encode(&peer.ProposalResponsePayload{Extension: garbled})))}),
	}
	for name, payload := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := resultOf(&common.Envelope{Payload: payload}); err == nil {
				t.Error("accepted")
			}
		})
	}
}
