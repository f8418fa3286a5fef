package quorum

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

// ask gets the signature line of one witness.
func (q *Quorum) ask(ctx context.Context, p *peer, opened checkpoint.Signed, prove ProveFunc) (line string, err error) {
	size := min(p.expected(), opened.Size)
	var last error
	for attempt := range MaxAttempts {
		cosignature, err := p.attempt(ctx, opened, size, prove)
		if err == nil {
			if err := q.checkTime(cosignature); err != nil {
				return "", err
			}
			p.expect(opened.Size)
			return cosignature.Line, nil
		}
		last = err
		if conflict := new(ConflictError); errors.As(err, &conflict) && conflict.Evidence == "" {
			if conflict.Size > opened.Size {
				return "", fmt.Errorf("%w: %d leaves, this one has %d", ErrAhead, conflict.Size, opened.Size)
			}
			size = conflict.Size
			continue
		}
		if !mayPass(err) {
			return "", err
		}
		if attempt == MaxAttempts-1 {
			break
		}
		if err := pause(ctx, firstPause<<attempt); err != nil {
			return "", fmt.Errorf("%w; before: %w", err, last)
		}
	}
	return "", fmt.Errorf("%w: %w", ErrAttempts, last)
}

// errProof says that the log could not prove what a witness needs to see.
var errProof = errors.New("quorum: no consistency proof")

// attempt asks once, as if the witness were at a size.
func (p *peer) attempt(ctx context.Context, opened checkpoint.Signed, size uint64, prove ProveFunc) (checkpoint.Cosignature, error) {
	ctx, cancel := context.WithTimeout(ctx, AttemptTimeout)
	defer cancel()
	request := wire.Request{OldSize: size, Note: opened.Note}
	if 0 < size && size < opened.Size {
		path, err := prove(ctx, size, opened.Size)
		if err != nil {
			return checkpoint.Cosignature{}, fmt.Errorf("%w from %d to %d leaves: %w", errProof, size, opened.Size, err)
		}
		request.Proof = path
	}
	return p.client.AddCheckpoint(ctx, request)
}

// checkTime refuses a witness that vouches for the future: its cosignature would seem fresh when it is not.
func (q *Quorum) checkTime(c checkpoint.Cosignature) error {
	if ahead := c.Time.Sub(q.opts.Now()); ahead > MaxSkew {
		return fmt.Errorf("%w: its clock is %s ahead", ErrAnswer, ahead.Round(time.Second))
	}
	return nil
}

// mayPass tells what another attempt may mend: the connection, and a witness that says it is not able now.
func mayPass(err error) bool {
	if status := new(StatusError); errors.As(err, &status) {
		return status.Status >= http.StatusInternalServerError || status.Status == http.StatusTooManyRequests
	}
	conflict := new(ConflictError)
	return !errors.As(err, &conflict) && !errors.Is(err, ErrAnswer) && !errors.Is(err, errProof)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("quorum: given up: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}

func (p *peer) expected() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size
}

func (p *peer) expect(size uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size = max(p.size, size)
}
