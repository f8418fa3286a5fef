package signatures

import (
	"encoding/json"
	"fmt"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

// Check verifies the signatures of the document's events with the keys of the reader's trust list. The document must be one
// that verify.Verify accepted: Check does not repeat what that checks. It returns what it found, or a *verify.Error: a signature
// that names a listed key and does not hold refuses the document, because no honest platform journals one.
func Check(document []byte, keys []verify.SourceKey) (Report, error) {
	trusted, err := readKeys(keys)
	if err != nil {
		return Report{}, err
	}
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return Report{}, refuse(verify.ReasonDocumentMalformed, "document", "%w", err)
	}
	c := checker{keys: trusted, document: d, verified: map[string]bool{}, numbers: map[string]map[uint64]bool{}}
	for i, list := range d.Lists {
		for j, e := range list.Entries {
			if !e.Shown() {
				continue
			}
			if err := c.check(e, fmt.Sprintf("lists[%d].entries[%d]", i, j)); err != nil {
				return Report{}, err
			}
		}
	}
	return c.report(), nil
}

// checker goes through the events of a document.
type checker struct {
	keys     map[signing.KeyID]trustedKey
	document verify.Document
	// verified are the statements whose signatures hold, by their bytes: one covers many events.
	verified map[string]bool
	// numbers are those that good events have in the chain of the vehicle's own sources.
	numbers map[string]map[uint64]bool

	signed, ofVehicle, unsigned int
	notCounted                  []NotCounted
}

func (c *checker) check(e verify.Entry, at string) error {
	leaf, err := proof.ParseFrame(e.Leaf)
	if err != nil {
		return refuse(verify.ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	journaled, event := &ingestv1.JournaledEvent{}, &pb.CloudEvent{}
	if err := proto.Unmarshal(leaf.Payload, journaled); err != nil {
		return refuse(verify.ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	if err := proto.Unmarshal(journaled.GetCloudEvent(), event); err != nil {
		return refuse(verify.ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	statement, err := Statement(journaled, c.document.SignatureOf(e))
	if err != nil {
		return refuse(verify.ReasonSignatureInvalid, at+".signature", "%w", err)
	}
	if statement == nil {
		c.unsigned++
		return nil
	}
	key, listed := c.keys[statement.KeyID()]
	if !listed {
		c.skip(at, statement, "the key is not on your list")
		return nil
	}
	if err := c.verify(statement, key); err != nil {
		return refuse(verify.ReasonSignatureInvalid, at+".signature", "%w", err)
	}
	if statement.Source != event.GetSource() {
		return refuse(verify.ReasonSignatureInvalid, at+".signature", "the statement is of another source than the event")
	}
	if why, ok := key.good(e, event.GetSource(), journaled); !ok {
		c.skip(at, statement, why)
		return nil
	}
	c.count(key, statement.First+uint64(journaled.GetSignature().GetIndex()))
	return nil
}

// verify checks the signature, once a statement.
func (c *checker) verify(statement *signing.Signed, key trustedKey) error {
	if c.verified[string(statement.Bytes())] {
		return nil
	}
	if err := statement.Verify(key.public); err != nil {
		return err
	}
	c.verified[string(statement.Bytes())] = true
	return nil
}

func (c *checker) skip(at string, statement *signing.Signed, why string) {
	c.notCounted = append(c.notCounted, NotCounted{At: at, Key: "sourceKeys/" + statement.KeyID().String(), Why: why})
}

func (c *checker) count(key trustedKey, number uint64) {
	c.signed++
	if key.Passport == "" {
		return
	}
	c.ofVehicle++
	if c.numbers[key.Source] == nil {
		c.numbers[key.Source] = map[uint64]bool{}
	}
	c.numbers[key.Source][number] = true
}
