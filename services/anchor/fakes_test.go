package anchor_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/services/anchor"
)

var errOutage = errors.New("no connection")

// ledger applies the contracts' own rules in memory. The real one is tested in internal/fabric.
type ledger struct {
	now     func() time.Time
	epochs  []string
	members map[string]string
	flight  []flight // transactions with the orderers
	fault   fault    // of the next submission
}

type flight struct {
	text string
	made time.Time
}

type fault string

const (
	healthy    fault = "healthy"
	down       fault = "down"        // nothing arrives
	lostAnswer fault = "lost answer" // committed, and nobody hears
	delayed    fault = "delayed"     // committed at some later time, or never
)

func (l *ledger) SubmitEpoch(_ context.Context, text string) (anchor.Commit, error) {
	if l.fault == down {
		return anchor.Commit{}, errOutage
	}
	if err := l.endorse(text, l.now()); err != nil {
		return anchor.Commit{}, err
	}
	if l.fault == delayed {
		l.flight = append(l.flight, flight{text, l.now()})
		return anchor.Commit{}, errOutage
	}
	l.epochs = append(l.epochs, text)
	if l.fault == lostAnswer {
		return anchor.Commit{}, errOutage
	}
	return l.commit(len(l.epochs))
}

// endorse is what anchor:SubmitEpoch checks.
func (l *ledger) endorse(text string, made time.Time) error {
	next, err := model.ParseEpoch([]byte(text))
	if err != nil {
		return err
	}
	if next.Number <= uint64(len(l.epochs)) {
		return model.Errorf(model.ReasonEpochNotNext, "epoch %d is written", next.Number)
	}
	var previous *model.EpochRecord
	if n := len(l.epochs); n > 0 {
		last, err := model.ParseEpoch([]byte(l.epochs[n-1]))
		if err != nil {
			return err
		}
		previous = &last
	}
	return model.ValidateNextEpoch(previous, next, made)
}

// deliver lets the orderers go on; transactions that do not fit any more are found invalid.
func (l *ledger) deliver() {
	for _, f := range l.flight {
		if l.endorse(f.text, f.made) == nil {
			l.epochs = append(l.epochs, f.text)
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

// journal is a set of streams whose roots follow from their sizes.
type journal struct {
	sizes  map[string]uint64
	proven anchor.Proven
}

func (j *journal) grow(stream string) {
	if j.sizes == nil {
		j.sizes = map[string]uint64{}
	}
	j.sizes[stream]++
}

func (j *journal) Checkpoints(context.Context) ([]model.StreamCheckpoint, error) {
	var all []model.StreamCheckpoint
	for _, stream := range slices.SortedFunc(maps.Keys(j.sizes), strings.Compare) {
		all = append(all, checkpoint(stream, j.sizes[stream], byte(j.sizes[stream])))
	}
	return all, nil
}

func (j *journal) Prove(context.Context, string, []model.StreamCheckpoint) (anchor.Proven, error) {
	return j.proven, nil
}

// crashing is a store whose process dies where the ledger's answer is to be written down.
type crashing struct {
	anchor.Store
	armed bool
}

func (c *crashing) Anchor(ctx context.Context, candidate anchor.Candidate, tx anchor.Transaction) error {
	if c.armed {
		return errors.New("killed")
	}
	return c.Store.Anchor(ctx, candidate, tx)
}
