package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// step is one part of writing or reading.
type step struct {
	name string
	do   func(context.Context) error
}

// steps measures each part alone, on one core.
func (w *world) steps(ctx context.Context, during time.Duration, out io.Writer) (share time.Duration, err error) {
	steps, err := w.parts(ctx)
	if err != nil {
		return 0, err
	}
	for _, s := range steps {
		f, err := measure(ctx, during, 1, s.do)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.name, err)
		}
		if s.name == shareStep {
			share = f.cpu
		}
		fmt.Fprintf(out, "  %s\t%v\n", s.name, f)
	}
	return share, nil
}

const shareStep = "share: a trustee checks and answers"

func (w *world) parts(ctx context.Context) ([]step, error) {
	r, signatures, proof, err := w.signed()
	if err != nil {
		return nil, err
	}
	if _, err := w.ledger.Submit(r.Text, signatures, proof, w.members.Identity(), time.Now()); err != nil {
		return nil, err
	}
	text, err := w.capsules[0].Label.Canonical()
	if err != nil {
		return nil, err
	}
	labelled := []threshold.Labelled{{Label: string(text), Capsule: w.capsules[0].Bytes}}
	question := opening.Question{Request: r.id, Key: r.Key, Set: w.opening.Set, Capsules: labelled}
	answers, err := w.answers(ctx, r.id, labelled)
	if err != nil {
		return nil, err
	}
	return []step{
		{"capsule: encapsulate and prove", func(context.Context) error {
			_, _, err := threshold.Encapsulate(rand.Reader, w.opening.Set.Public, labelled[0].Label)
			return err
		}},
		{"request: key, signature, proof of possession", func(context.Context) error {
			_, _, _, err := w.signed()
			return err
		}},
		{"request: checked as the ledger does", func(context.Context) error {
			_, err := w.ledger.Submit(r.Text, signatures, proof, w.members.Identity(), time.Now())
			return err
		}},
		{"policy: checked for a trustee", func(ctx context.Context) error {
			_, err := w.ledger.CheckRequest(ctx, r.id, time.Now())
			return err
		}},
		{shareStep, w.shareAlone(r, labelled)},
		{"combine: verify and combine the answers", func(ctx context.Context) error {
			_, _, err := question.Gather(ctx, w.opening.Trustees, func(_ context.Context, t opening.Trustee) (opening.Answer, error) {
				return answers[t.ID], nil
			})
			return err
		}},
	}, nil
}

// answers are those of all trustees, over the network.
func (w *world) answers(ctx context.Context, request model.Hash, capsules []threshold.Labelled) (map[string]opening.Answer, error) {
	ask, out := w.asking(request, capsules), map[string]opening.Answer{}
	for _, t := range w.opening.Trustees {
		var err error
		if out[t.ID], err = ask(ctx, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// shareAlone is what a trustee computes for an answer: check the request, verify the capsule, use a share of that size, prove, seal and
// sign.
func (w *world) shareAlone(r asked, capsules []threshold.Labelled) func(context.Context) error {
	share, errShare := threshold.GenerateKey(rand.Reader)
	to, errKey := readerkey.ParsePublic(readerkey.X25519, r.Key.Public())
	_, sign, errSign := ed25519.GenerateKey(rand.Reader)
	return func(ctx context.Context) error {
		for _, err := range []error{errShare, errKey, errSign} {
			if err != nil {
				return err
			}
		}
		if _, err := w.ledger.CheckRequest(ctx, r.id, time.Now()); err != nil {
			return err
		}
		_, err := opening.Make(share, capsules, r.id, "trustee-1", to, sign)
		return err
	}
}

// policy lets the insurer read by itself, or the garage and the maker together.
func policy() (access.Policy, error) {
	return access.ParsePolicy([]byte("pcc-policy/v1\n" + string(policyID) + "\n1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n0\n" +
		"evolve * member:insurer\n" +
		"read:workshop claim_assessment member:insurer | (member:garage & member:oem)\n"))
}
