package verify

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// Content is what a leaf says.
type Content struct {
	// Passport is the name of the passport that the event belongs to.
	Passport string
	// EventType is the full name of the kind of event, such as
	// "pcc.events.v1.OdometerReading". Its class follows from it.
	EventType string
	// View is what is shown of the event, one JSON object.
	View json.RawMessage
}

// ErrSignature says that the signature shown is not the one that a leaf names,
// or does not cover its event.
var ErrSignature = errors.New("verify: another signature than the leaf's")

// Decoder reads the payload of a leaf. It refuses types it does not know, and
// with an error that wraps [ErrSignature] a signature that is not the leaf's; it
// is nil when the document shows none. The result may depend on nothing but the
// arguments.
type Decoder func(leafType string, payload []byte, signature *Signature) (Content, error)

// events checks what is shown of each event of a document.
type events struct {
	document Document
	epoch    model.EpochRecord
	decode   Decoder
	// named counts the statements that events have referred to so far.
	named uint64
}

func newEvents(d Document, epoch model.EpochRecord, decode Decoder) *events {
	return &events{document: d, epoch: epoch, decode: decode}
}

// check demands of every event shown that it means what is shown, and of every statement that an event names it.
func (c *events) check() error {
	if err := checkDistinct(c.document.Statements); err != nil {
		return err
	}
	for i, list := range c.document.Lists {
		key := eventlist.KeyOf(eventlist.Tag(c.document.Tag), eventlist.Class(list.Class))
		for j, e := range list.Entries {
			if !e.Shown() {
				continue
			}
			if err := c.checkEvent(list.Class, key, e, fmt.Sprintf("lists[%d].entries[%d]", i, j)); err != nil {
				return err
			}
		}
	}
	if c.named < uint64(len(c.document.Statements)) {
		return refuse(ReasonStatementMismatch, fmt.Sprintf("statements[%d]", c.named), "no event refers to it")
	}
	return nil
}

// checkDistinct refuses a statement that is there twice.
func checkDistinct(statements [][]byte) error {
	seen := map[[sha256.Size]byte]bool{}
	for i, s := range statements {
		hash := sha256.Sum256(s)
		if seen[hash] {
			return refuse(ReasonStatementMismatch, fmt.Sprintf("statements[%d]", i), "the statement is there twice")
		}
		seen[hash] = true
	}
	return nil
}

func (c *events) checkEvent(class string, key proof.Key, e Entry, at string) error {
	leaf, err := proof.ParseFrame(e.Leaf)
	if err != nil {
		return refuse(ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	if err := c.checkStatement(e.Signature, at+".signature.statement"); err != nil {
		return err
	}
	content, err := c.decode(leaf.Type, leaf.Payload, c.document.SignatureOf(e))
	switch {
	case errors.Is(err, ErrSignature):
		return refuse(ReasonSignatureInvalid, at+".signature", "%w", err)
	case err != nil:
		return refuse(ReasonLeafMalformed, at+".leaf", "%w", err)
	}
	if content.Passport != c.document.Passport {
		return refuse(ReasonOtherPassport, at+".leaf", "the event belongs to another passport")
	}
	own, known := eventlist.ClassOf(content.EventType)
	if !known {
		return refuse(ReasonLeafMalformed, at+".leaf", "%.80q is of no class", content.EventType)
	}
	if string(own) != class {
		return refuse(ReasonOtherClass, at+".leaf", "an event of class %q", own)
	}
	if err := c.checkPosition(e.Position, proof.EntryOf(key, e.Leaf), at+".position"); err != nil {
		return err
	}
	return checkView(e.View, content.View, at+".event")
}

// checkStatement demands that statements stand in the order in which events refer to them.
func (c *events) checkStatement(s *SignatureReference, at string) error {
	switch {
	case s == nil:
		return nil
	case s.Statement > c.named || s.Statement >= uint64(len(c.document.Statements)):
		return refuse(ReasonStatementMismatch, at, "statement %d of %d after %d", s.Statement, len(c.document.Statements), c.named)
	case s.Statement == c.named:
		c.named++
	}
	return nil
}

// checkPosition follows the path from the event to the root of its stream.
func (c *events) checkPosition(p *Position, entry proof.Entry, at string) error {
	if p == nil {
		return nil
	}
	checkpoint, found := c.epoch.Checkpoint(p.Stream)
	if !found {
		return refuse(ReasonNotInStream, at+".stream", "epoch %d has no stream %.80q", c.epoch.Number, p.Stream)
	}
	err := proof.VerifyInclusion(hashes(p.Path), p.Seq, checkpoint.Size, entry.Hash(), proof.Hash(checkpoint.Root))
	if err != nil {
		return refuse(ReasonNotInStream, at+".path", "%w", err)
	}
	return nil
}

// checkView compares what is shown with what the leaf says.
func checkView(shown, said json.RawMessage, at string) error {
	journaled, err := canonicalJSON(said)
	if err != nil {
		return refuse(ReasonLeafMalformed, at, "%w", err)
	}
	compact, err := marshal(shown)
	if err != nil {
		return refuse(ReasonViewMismatch, at, "%w", err)
	}
	if string(compact) != string(journaled) {
		return refuse(ReasonViewMismatch, at, "the event shown is not the event journaled")
	}
	return nil
}
