package quorum

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

const (
	// MaxAttempts bounds the requests to one witness for one checkpoint.
	MaxAttempts = 5
	// AttemptTimeout bounds one request, and the making of its proof. A witness gives up earlier, and says so.
	AttemptTimeout = 40 * time.Second
	// MaxSkew is how far in the future a witness's clock may be.
	MaxSkew = 5 * time.Minute

	firstPause = 100 * time.Millisecond
)

// Witness is one witness to ask.
type Witness struct {
	// Name is what errors call it.
	Name string
	// URL is its submission prefix.
	URL string
	// Key is its verifier key.
	Key string
}

// Options say whom to ask.
type Options struct {
	// Log signs the checkpoints.
	Log checkpoint.Log
	// Witnesses have different names and keys; at most checkpoint.MaxWitnesses.
	Witnesses []Witness
	// Need is how many must cosign.
	Need int
	// Linger is how long the others may still answer once there are enough cosignatures, so that a slow witness is not always
	// the one that is given up; zero is not at all.
	Linger time.Duration
	// HTTP carries the requests, with TLS as it is set up. It need not have a timeout.
	HTTP *http.Client
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// ProveFunc returns the RFC 6962 consistency proof between two sizes of the log's tree; 0 < from < to. It is
// called for several witnesses at the same time, and ends when ctx does.
type ProveFunc func(ctx context.Context, from, to uint64) ([]proof.Hash, error)

// Quorum asks a set of witnesses. Its methods may be called at the same time.
type Quorum struct {
	opts   Options
	policy checkpoint.Policy
	peers  []*peer
}

// peer is one witness, with the size that it is expected at: a wrong guess costs one request.
type peer struct {
	name   string
	client *Client

	mu   sync.Mutex
	size uint64
}

// New returns the quorum of some witnesses. The error wraps [checkpoint.ErrMalformed] where the options are wrong.
func New(opts Options) (*Quorum, error) {
	if opts.HTTP == nil {
		return nil, fmt.Errorf("%w: an HTTP client is needed", checkpoint.ErrMalformed)
	}
	if opts.Need < 1 {
		return nil, fmt.Errorf("%w: a quorum of %d witnesses", checkpoint.ErrMalformed, opts.Need)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	q := &Quorum{opts: opts}
	keys := make([]string, len(opts.Witnesses))
	for i, w := range opts.Witnesses {
		if slices.ContainsFunc(opts.Witnesses[:i], func(other Witness) bool { return other.Name == w.Name }) {
			return nil, fmt.Errorf("%w: two witnesses are called %q", checkpoint.ErrMalformed, w.Name)
		}
		client, err := NewClient(w.URL, w.Key, opts.HTTP)
		if err != nil {
			return nil, fmt.Errorf("witness %q: %w", w.Name, err)
		}
		keys[i] = w.Key
		q.peers = append(q.peers, &peer{name: w.Name, client: client})
	}
	policy, err := checkpoint.NewPolicy(opts.Log, opts.Need, keys...)
	if err != nil {
		return nil, err
	}
	q.policy = policy
	return q, nil
}

// Policy is what readers of the checkpoints hold them to.
func (q *Quorum) Policy() checkpoint.Policy { return q.policy }

type outcome struct {
	witness, line string
	err           error
}

// Collected is a checkpoint with enough cosignatures.
type Collected struct {
	// Note is the signed note with the log's signatures, and the cosignatures by name of the key.
	Note []byte
	// Failures are of the witnesses that had failed until then, by name. One of them may hold evidence against the log.
	Failures []Failure
}

// Collect asks all witnesses to cosign a signed checkpoint and returns as soon as there are enough cosignatures, or
// [Options.Linger] later. What is then still under way is given up. The error is a [*TooFewError] when all have answered or
// failed and when ctx ends, or wraps [checkpoint.ErrMalformed] or [checkpoint.ErrSignature] if the checkpoint is not the
// log's.
func (q *Quorum) Collect(ctx context.Context, signed []byte, prove ProveFunc) (Collected, error) {
	opened, err := q.opts.Log.Open(signed)
	if err != nil {
		return Collected{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	outcomes := make(chan outcome, len(q.peers))
	var asking sync.WaitGroup
	for _, p := range q.peers {
		asking.Go(func() {
			line, err := q.ask(ctx, p, opened, prove)
			outcomes <- outcome{p.name, line, err}
		})
	}
	// Nobody who asks outlives the call; giving up is quick, because every wait ends with ctx.
	defer asking.Wait()
	defer cancel()

	lines, failures := q.gather(outcomes)
	slices.SortFunc(failures, func(a, b Failure) int { return strings.Compare(a.Witness, b.Witness) })
	if len(lines) < q.opts.Need {
		return Collected{}, &TooFewError{Got: len(lines), Need: q.opts.Need, Failures: failures}
	}
	note, err := q.finish(opened, lines)
	if err != nil {
		return Collected{}, err
	}
	return Collected{Note: note, Failures: failures}, nil
}

// gather waits for all witnesses, and no longer than Linger once there are enough.
func (q *Quorum) gather(outcomes <-chan outcome) (lines []string, failures []Failure) {
	var late <-chan time.Time
	for range q.peers {
		select {
		case o := <-outcomes:
			if o.err != nil {
				failures = append(failures, Failure{o.witness, o.err})
				continue
			}
			lines = append(lines, o.line)
		case <-late:
			return lines, failures
		}
		if len(lines) == q.opts.Need {
			if q.opts.Linger <= 0 {
				return lines, failures
			}
			late = time.After(q.opts.Linger)
		}
	}
	return lines, failures
}

// finish puts the cosignatures under the checkpoint and holds it to what a reader will.
func (q *Quorum) finish(opened checkpoint.Signed, lines []string) ([]byte, error) {
	slices.Sort(lines)
	cosigned := append([]byte(nil), string(opened.Note)+strings.Join(lines, "")...)
	if _, _, err := q.policy.Verify(cosigned); err != nil {
		return nil, fmt.Errorf("quorum: %w", err)
	}
	return cosigned, nil
}
