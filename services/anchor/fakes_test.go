package anchor_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/services/anchor"
)

var (
	errOutage = errors.New("no connection")
	errKilled = errors.New("killed")
)

// ledger applies the contracts' own rules in memory. The real one is tested in internal/fabric.
type ledger struct {
	now     func() time.Time
	epochs  []string
	index   model.Index
	members map[string]string
	flight  []flight // transactions with the orderers
	fault   fault    // of the next submission
}

type flight struct {
	text string
	note []byte
	made time.Time
}

type fault string

const (
	healthy    fault = "healthy"
	down       fault = "down"        // nothing arrives
	lostAnswer fault = "lost answer" // committed, and nobody hears
	delayed    fault = "delayed"     // committed at some later time, or never
	outdated   fault = "outdated"    // the witnesses have changed since the note
)

func (l *ledger) SubmitEpoch(_ context.Context, text string, note []byte) (anchor.Commit, error) {
	if l.fault == down {
		return anchor.Commit{}, errOutage
	}
	index, err := l.endorse(text, note, l.now())
	if err != nil {
		return anchor.Commit{}, err
	}
	switch l.fault {
	case outdated:
		l.fault = healthy
		return anchor.Commit{}, model.Errorf(model.ReasonTooFewCosignatures, "0 of 1")
	case delayed:
		l.flight = append(l.flight, flight{text, note, l.now()})
		return anchor.Commit{}, errOutage
	}
	l.epochs, l.index = append(l.epochs, text), index
	if l.fault == lostAnswer {
		return anchor.Commit{}, errOutage
	}
	return l.commit(len(l.epochs))
}

// endorse is what anchor:SubmitEpoch checks, but for the cosignatures.
func (l *ledger) endorse(text string, signed []byte, made time.Time) (model.Index, error) {
	next, err := model.ParseEpoch([]byte(text))
	if err != nil {
		return model.Index{}, err
	}
	if next.Number <= uint64(len(l.epochs)) {
		return model.Index{}, model.Errorf(model.ReasonEpochNotNext, "epoch %d is written", next.Number)
	}
	var previous *model.EpochRecord
	if n := len(l.epochs); n > 0 {
		last, err := model.ParseEpoch([]byte(l.epochs[n-1]))
		if err != nil {
			return model.Index{}, err
		}
		previous = &last
	}
	if err := model.ValidateNextEpoch(previous, next, made); err != nil {
		return model.Index{}, err
	}
	note, err := model.ParseNote(signed)
	if err != nil {
		return model.Index{}, err
	}
	return l.index.Append(next, note)
}

// deliver lets the orderers go on; transactions that do not fit any more are found invalid.
func (l *ledger) deliver() {
	for _, f := range l.flight {
		if index, err := l.endorse(f.text, f.note, f.made); err == nil {
			l.epochs, l.index = append(l.epochs, f.text), index
		}
	}
	l.flight = nil
}

func (l *ledger) commit(number int) (anchor.Commit, error) {
	c, err := anchor.ParseCandidate(l.epochs[number-1])
	return anchor.Commit{
		Attested: c.Hash.String(),
		Transaction: anchor.Transaction{
			ID: fmt.Sprintf("tx-%d", number), Channel: "pcc", Chaincode: "pcc", Block: uint64(number),
			Endorsements: []anchor.Endorsement{
				{MSPID: "OemMSP", CertificatePEM: "pem", Signature: []byte{1}, Signed: []byte{2}},
				{MSPID: "GarageMSP", CertificatePEM: "pem", Signature: []byte{3}, Signed: []byte{4}},
			},
		},
	}, err
}

func (l *ledger) LatestEpoch(context.Context) (string, error) {
	switch {
	case l.fault == down:
		return "", errOutage
	case len(l.epochs) == 0:
		return "", anchor.ErrNotOnLedger
	}
	return l.epochs[len(l.epochs)-1], nil
}

func (l *ledger) FindEpoch(_ context.Context, number uint64) (anchor.Commit, error) {
	if l.fault == down {
		return anchor.Commit{}, errOutage
	}
	return l.commit(int(number))
}

func (l *ledger) Height(context.Context) (uint64, error) {
	if l.fault == down {
		return 0, errOutage
	}
	return uint64(len(l.epochs)), nil
}

func (l *ledger) RegisterMember(_ context.Context, text string) (string, error) {
	m, err := model.ParseMember([]byte(text))
	if err != nil {
		return "", err
	}
	if _, found := l.members[m.ID]; found {
		return "", model.Errorf(model.ReasonMemberExists, "member %s is registered", m.ID)
	}
	if l.members == nil {
		l.members = map[string]string{}
	}
	l.members[m.ID] = text
	return "tx-" + m.ID, nil
}

func (l *ledger) Member(_ context.Context, id string) (string, error) { return l.members[id], nil }

// crashing is a store whose process dies where something is to be written down.
type crashing struct {
	anchor.Store
	armed bool
	// after lets the next candidate be written before the process dies.
	after bool
}

func (c *crashing) AddCandidate(ctx context.Context, candidate anchor.Candidate, change *epoch.Change, index headproof.List) error {
	err := c.Store.AddCandidate(ctx, candidate, change, index)
	if c.after {
		return errKilled
	}
	return err
}

func (c *crashing) Anchor(ctx context.Context, candidate anchor.Candidate, tx anchor.Transaction) error {
	if c.armed {
		return errKilled
	}
	return c.Store.Anchor(ctx, candidate, tx)
}
