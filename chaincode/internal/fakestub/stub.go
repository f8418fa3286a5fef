// Package fakestub is the part of Fabric's chaincode stub that the contracts use,
// held in memory, for tests. Like a peer it applies the writes of a transaction
// only when the transaction succeeds; unlike a peer it runs one at a time.
package fakestub

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Ledger holds one channel's world state and its history.
type Ledger struct {
	Now     time.Time         // timestamp of the next transactions, as their clients say
	Clock   time.Time         // of the peer
	State   map[string][]byte // committed values
	Events  []string          // "<name> <payload>" of committed transactions
	writers map[string]string // key to the transaction that wrote it
	cert    []byte            // certificate of every client, PEM: only the MSP id tells them apart
	count   int
}

// New returns an empty ledger.
func New(now time.Time) (*Ledger, error) {
	cert, err := clientCertificate()
	if err != nil {
		return nil, err
	}
	return &Ledger{Now: now, Clock: now, State: map[string][]byte{}, writers: map[string]string{}, cert: cert}, nil
}

// Invoke runs one transaction as a client of the given MSP and commits its writes
// if the chaincode answers with success.
func (l *Ledger) Invoke(cc shim.Chaincode, mspID string, args ...string) (*peer.Response, error) {
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: mspID, IdBytes: l.cert})
	if err != nil {
		return nil, fmt.Errorf("marshal identity: %w", err)
	}
	l.count++
	tx := &stub{ledger: l, id: fmt.Sprintf("tx%d", l.count), creator: creator, args: args, writes: map[string][]byte{}}
	response := cc.Invoke(tx)
	if response.GetStatus() != shim.OK {
		return response, nil
	}
	for key, value := range tx.writes {
		if value == nil {
			delete(l.State, key)
			continue
		}
		l.State[key] = value
		l.writers[key] = tx.id
	}
	if tx.event != "" {
		l.Events = append(l.Events, tx.event)
	}
	return response, nil
}

// stub is one transaction's view. The embedded interface is nil: a call of a
// method that is not implemented here panics and so fails the test that made it.
type stub struct {
	shim.ChaincodeStubInterface
	ledger  *Ledger
	id      string
	creator []byte
	args    []string
	writes  map[string][]byte // nil deletes
	event   string
}

func (s *stub) GetFunctionAndParameters() (string, []string) { return s.args[0], s.args[1:] }

func (s *stub) GetCreator() ([]byte, error) { return s.creator, nil }

func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.ledger.Now), nil
}

// GetState reads committed values only: a transaction does not see its own writes.
func (s *stub) GetState(key string) ([]byte, error) { return s.ledger.State[key], nil }

func (s *stub) PutState(key string, value []byte) error {
	s.writes[key] = value
	return nil
}

func (s *stub) DelState(key string) error {
	s.writes[key] = nil
	return nil
}

func (s *stub) SetEvent(name string, payload []byte) error {
	s.event = name + " " + string(payload)
	return nil
}

func (s *stub) GetStateByRange(start, end string) (shim.StateQueryIteratorInterface, error) {
	found := &iterator[*queryresult.KV]{}
	for key, value := range s.ledger.State {
		if start <= key && key < end {
			found.rest = append(found.rest, &queryresult.KV{Key: key, Value: value})
		}
	}
	slices.SortFunc(found.rest, func(a, b *queryresult.KV) int { return cmp.Compare(a.GetKey(), b.GetKey()) })
	return found, nil
}

func (s *stub) GetHistoryForKey(key string) (shim.HistoryQueryIteratorInterface, error) {
	found := &iterator[*queryresult.KeyModification]{}
	if id, ok := s.ledger.writers[key]; ok {
		found.rest = append(found.rest, &queryresult.KeyModification{TxId: id, Value: s.ledger.State[key]})
	}
	return found, nil
}

type iterator[T any] struct{ rest []T }

func (i *iterator[T]) HasNext() bool { return len(i.rest) > 0 }

func (i *iterator[T]) Close() error { return nil }

func (i *iterator[T]) Next() (T, error) {
	next := i.rest[0]
	i.rest = i.rest[1:]
	return next, nil
}
