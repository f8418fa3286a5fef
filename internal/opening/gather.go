package opening

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pcc-platform/pcc/internal/threshold"
)

// AnswerTimeout is how long a trustee has for its answer before another one is asked.
const AnswerTimeout = 10 * time.Second

// ErrTooFewAnswers says that fewer trustees answered than it takes.
var ErrTooFewAnswers = errors.New("opening: too few trustees answered")

// Ask asks one trustee for its answer.
type Ask func(context.Context, Trustee) (Answer, error)

// Fault is a trustee that gave no answer that counts.
type Fault struct {
	Trustee string
	Err     error
}

// Signed reports whether the trustee answered falsely, and not merely refused or was away.
func (f Fault) Signed() bool {
	var share *threshold.ShareError
	return errors.Is(f.Err, ErrAnswer) || errors.As(f.Err, &share)
}

// Gather asks as many trustees at once as it takes, in a random order so that all have their part of the work, and another one for
// each that fails. It returns the secrets of the capsules in their order, and who failed; the error wraps ErrTooFewAnswers or
// the context's.
func (q Question) Gather(ctx context.Context, trustees []Trustee, ask Ask) ([]threshold.Element, []Fault, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	trustees = slices.Clone(trustees)
	rand.Shuffle(len(trustees), func(i, j int) { trustees[i], trustees[j] = trustees[j], trustees[i] }) //nolint:gosec // spreads the work, hides nothing
	results := make(chan result, len(trustees))
	asked := 0
	next := func() bool {
		if asked == len(trustees) {
			return false
		}
		t := trustees[asked]
		asked++
		go func() { results <- q.askOne(ctx, t, ask) }()
		return true
	}
	for range q.Set.Threshold {
		next()
	}
	var verified []*threshold.Verified
	var faults []Fault
	for pending := asked; pending > 0 && len(verified) < q.Set.Threshold; pending-- {
		r := <-results
		if r.err == nil {
			verified = append(verified, r.verified)
			continue
		}
		faults = append(faults, Fault{Trustee: r.trustee, Err: r.err})
		if ctx.Err() == nil && next() {
			pending++
		}
	}
	if len(verified) < q.Set.Threshold {
		return nil, faults, errors.Join(ctx.Err(), fmt.Errorf("%w: %d of %d", ErrTooFewAnswers, len(verified), q.Set.Threshold))
	}
	secrets, err := q.Set.Combine(verified)
	return secrets, faults, err
}

type result struct {
	trustee  string
	verified *threshold.Verified
	err      error
}

func (q Question) askOne(ctx context.Context, t Trustee, ask Ask) result {
	ctx, cancel := context.WithTimeout(ctx, AnswerTimeout)
	defer cancel()
	answer, err := ask(ctx, t)
	if err != nil {
		return result{trustee: t.ID, err: err}
	}
	verified, err := q.Verify(t, answer)
	return result{trustee: t.ID, verified: verified, err: err}
}
