package dkg

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/threshold"
)

// person is a trustee of a test with its keys and, after a run, its share.
type person struct {
	party    Party
	signing  ed25519.PrivateKey
	exchange threshold.Scalar
	share    *threshold.Share
}

func people(t testing.TB, indices ...int) []*person {
	t.Helper()
	var out []*person
	for _, i := range indices {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		secret, element, err := NewExchangeKey()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, &person{party: Party{Index: i, Signing: public, Exchange: element}, signing: private, exchange: secret})
	}
	return out
}

func parties(of []*person) []Party {
	var out []Party
	for _, p := range of {
		out = append(out, p.party)
	}
	return out
}

// run is a run of a test. Tamper may replace what a trustee sends; an absent one does nothing.
type run struct {
	dealers, holders []*person
	threshold        int
	previous         *threshold.KeySet
	absent           []int
	tamper           func(p Phase, index int, s *Session, raw []byte) [][]byte
}

func (r run) all() []*person {
	out := slices.Clone(r.dealers)
	for _, h := range r.holders {
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return slices.DeleteFunc(out, func(p *person) bool { return slices.Contains(r.absent, p.party.Index) })
}

func (r run) session(t testing.TB, p *person, id [32]byte) *Session {
	t.Helper()
	c := Config{
		Session: id, Dealers: parties(r.dealers), Holders: parties(r.holders), Threshold: r.threshold, Previous: r.previous,
		Index: p.party.Index, Signing: p.signing, Exchange: p.exchange,
	}
	if r.previous != nil && slices.Contains(r.dealers, p) {
		c.Share = p.share
	}
	s, err := NewSession(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// do runs all phases and returns each trustee's result, or its error.
func (r run) do(t testing.TB) (map[int]*Result, map[int]error) {
	t.Helper()
	var id [32]byte
	_, _ = rand.Read(id[:])
	sessions, failed := map[int]*Session{}, map[int]error{}
	for _, p := range r.all() {
		sessions[p.party.Index] = r.session(t, p, id)
	}
	exchange := func(phase Phase, step func(s *Session) ([]byte, error)) (out [][]byte) {
		for index, s := range sessions {
			raw, err := step(s)
			switch {
			case err != nil:
				failed[index] = err
			case r.tamper != nil:
				out = append(out, r.tamper(phase, index, s, raw)...)
			case raw != nil:
				out = append(out, raw)
			}
		}
		for index := range failed {
			delete(sessions, index)
		}
		return out
	}
	deals := exchange(Deals, (*Session).Deal)
	responses := exchange(Responses, func(s *Session) ([]byte, error) { return s.Respond(deals) })
	justifications := exchange(Justifications, func(s *Session) ([]byte, error) { return s.Justify(responses) })
	results := map[int]*Result{}
	for index, s := range sessions {
		result, err := s.Finish(justifications)
		if err != nil {
			failed[index] = err
			continue
		}
		results[index] = result
	}
	return results, failed
}

// must is do where every trustee has to come to the same key set, which is returned; shares are kept.
func (r run) must(t testing.TB) threshold.KeySet {
	t.Helper()
	results, failed := r.do(t)
	for index, err := range failed {
		t.Fatalf("trustee %d: %v", index, err)
	}
	var set *threshold.KeySet
	for _, h := range r.holders {
		h.share = nil
		result := results[h.party.Index]
		if result == nil {
			continue
		}
		if set == nil {
			set = &result.Set
		} else if fmt.Sprint(*set) != fmt.Sprint(result.Set) {
			t.Fatalf("two key sets: %v and %v", *set, result.Set)
		}
		h.share = result.Share
	}
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	return *set
}

// opens reports whether the holders named open what is sealed to the public key.
func opens(t testing.TB, set threshold.KeySet, public threshold.Element, holders ...*person) bool {
	t.Helper()
	c, secret, err := threshold.Encapsulate(rand.Reader, public, "label")
	if err != nil {
		t.Fatal(err)
	}
	capsules := []threshold.Labelled{{Label: "label", Capsule: c}}
	var verified []*threshold.Verified
	for _, h := range holders {
		p, err := h.share.Open(rand.Reader, capsules, nil)
		if err != nil {
			t.Fatal(err)
		}
		v, err := set.VerifyOpening(p, capsules, nil)
		if err != nil {
			return false
		}
		verified = append(verified, v)
	}
	secrets, err := set.Combine(verified)
	return err == nil && secrets[0] == secret
}
