package dkg

import (
	"cmp"
	"fmt"
	"slices"

	"go.dedis.ch/kyber/v4"
	"go.dedis.ch/kyber/v4/share"
	pedersen "go.dedis.ch/kyber/v4/share/dkg/pedersen"

	"github.com/pcc-platform/pcc/internal/dkg/internal/ristretto"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Session is one trustee's part in a run. Its methods are called in the order of the phases, each once, with the packets
// that a Board has of the phase before. It is not for use by several goroutines.
type Session struct {
	config Config
	run    *pedersen.DistKeyGenerator
	dealer bool
	holder bool
	result *pedersen.Result
	// left are the holders that did not respond, or twice.
	left map[int]bool
	// accused are the dealers that holders complained of.
	accused []int
}

// Result is what a run came to.
type Result struct {
	// Set has number and epoch 0: they are the caller's.
	Set threshold.KeySet
	// Share is the trustee's, nil if it was a dealer only or was left out.
	Share *threshold.Share
	// Excluded are holders that the set does not have, ascending.
	Excluded []int
}

// NewSession checks a configuration. The error wraps ErrConfig.
func NewSession(c Config) (*Session, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Session{
		config: c, dealer: find(c.Dealers, c.Index) != nil, holder: find(c.Holders, c.Index) != nil, left: map[int]bool{},
	}
	k, err := c.kyber()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if s.run, err = pedersen.NewDistKeyHandler(k); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return s, nil
}

// kyber puts the configuration into kyber's form. Signatures are left to us: packets are signed as they travel.
func (c *Config) kyber() (*pedersen.Config, error) {
	long, err := scalarOf(c.Exchange)
	if err != nil {
		return nil, err
	}
	holders, err := nodes(c.Holders)
	if err != nil {
		return nil, err
	}
	k := &pedersen.Config{
		Suite: ristretto.Suite{}, Longterm: long, NewNodes: holders, Threshold: uint32(c.Threshold),
		Nonce: c.Session[:], Auth: unsigned{},
	}
	if c.Previous == nil {
		return k, nil
	}
	if k.OldNodes, err = nodes(c.Dealers); err != nil {
		return nil, err
	}
	k.OldThreshold = uint32(c.Previous.Threshold)
	if k.PublicCoeffs, err = coefficients(c.Previous); err != nil {
		return nil, err
	}
	if c.Share != nil {
		v, err := scalarOf(c.Share.Secret)
		if err != nil {
			return nil, err
		}
		k.Share = &pedersen.DistKeyShare{Commits: k.PublicCoeffs, Share: &share.PriShare{I: uint32(c.Index - 1), V: v}}
	}
	return k, nil
}

// coefficients are those of the polynomial that verification keys are values of.
func coefficients(set *threshold.KeySet) ([]kyber.Point, error) {
	points := make([]*share.PubShare, 0, set.Threshold)
	for _, v := range set.Verification[:set.Threshold] {
		e := ristretto.Suite{}.Point()
		if err := e.UnmarshalBinary(v.Key[:]); err != nil {
			return nil, err
		}
		points = append(points, &share.PubShare{I: uint32(v.Index - 1), V: e})
	}
	polynomial, err := share.RecoverPubPoly(ristretto.Suite{}, points, uint32(set.Threshold), uint32(set.Threshold))
	if err != nil {
		return nil, err
	}
	_, commits := polynomial.Info()
	return commits, nil
}

// Deal returns the trustee's deals, nil if it deals nothing.
func (s *Session) Deal() ([]byte, error) {
	if !s.dealer {
		return nil, nil
	}
	bundle, err := s.run.Deals()
	if err != nil {
		return nil, fmt.Errorf("%w: deal: %w", ErrFailed, err)
	}
	body, err := writeDeals(s.config.Index, bundle)
	if err != nil {
		return nil, err
	}
	return s.config.seal(body), nil
}

// Respond takes all deals and returns what the trustee says of them, nil if it gets no share.
func (s *Session) Respond(deals [][]byte) ([]byte, error) {
	if !s.holder {
		return nil, nil
	}
	bundles := readAll(&s.config, Deals, deals, s.config.readDeals)
	response, err := s.run.ProcessDeals(bundles)
	if err != nil {
		return nil, fmt.Errorf("%w: process deals: %w", ErrFailed, err)
	}
	return s.config.seal(writeResponses(s.config.Index, response)), nil
}

// Justify takes all responses and returns what a dealer answers to complaints, nil if nothing is to be answered. A dealer that
// is no holder answers none, because kyber (4.0.1) lets it not; complained of, it is left out. The error wraps ErrExposed or
// ErrFailed.
func (s *Session) Justify(responses [][]byte) ([]byte, error) {
	complaints, err := s.hear(responses)
	if err != nil || !s.holder {
		return nil, err
	}
	result, justification, err := s.run.ProcessResponses(complaints)
	if err != nil {
		return nil, fmt.Errorf("%w: process responses: %w", ErrFailed, err)
	}
	s.result = result
	if justification == nil {
		return nil, nil
	}
	body, err := writeJustifications(s.config.Index, justification)
	if err != nil {
		return nil, err
	}
	return s.config.seal(body), nil
}

// hear sorts out who responded and who complained of whom.
func (s *Session) hear(responses [][]byte) ([]*pedersen.ResponseBundle, error) {
	for _, h := range s.config.Holders {
		s.left[h.Index] = true
	}
	times := map[int]int{}
	var complaints []*pedersen.ResponseBundle
	for _, p := range s.config.openAll(Responses, responses) {
		times[p.index]++
		b, err := s.config.readResponses(p)
		if err != nil || times[p.index] > 1 {
			continue
		}
		delete(s.left, p.index)
		if b == nil {
			continue
		}
		if s.exposes(p.index, b) {
			return nil, fmt.Errorf("%w: trustee %d", ErrExposed, p.index)
		}
		complaints = append(complaints, b)
		for _, r := range b.Responses {
			if index := int(r.DealerIndex) + 1; find(s.config.Dealers, index) != nil && find(s.config.Holders, index) != nil {
				s.accused = append(s.accused, index)
			}
		}
	}
	for index, n := range times {
		if n > 1 {
			s.left[index] = true
		}
	}
	slices.Sort(s.accused)
	s.accused = slices.Compact(s.accused)
	return complaints, nil
}

// exposes says whether answering a holder's complaints would publish its whole share: in a resharing it follows from the
// values of as many dealers as the previous set needs. For a new key it takes the values of all dealers, and the holder keeps
// the one that it dealt itself.
func (s *Session) exposes(index int, b *pedersen.ResponseBundle) bool {
	dealers := map[uint32]bool{}
	for _, r := range b.Responses {
		if int(r.DealerIndex)+1 != index {
			dealers[r.DealerIndex] = true
		}
	}
	return s.config.Previous != nil && len(dealers) >= s.config.Previous.Threshold
}

// Expected are the trustees whose packets complete a phase. Those of the last are known once Justify was called.
func (s *Session) Expected(p Phase) []int {
	if p == Justifications {
		return s.accused
	}
	var out []int
	for _, t := range s.config.speakers(p) {
		out = append(out, t.Index)
	}
	return out
}

// Finish takes all justifications and returns what the run came to. The error wraps ErrFailed.
func (s *Session) Finish(justifications [][]byte) (*Result, error) {
	if s.result == nil && s.holder {
		bundles := readAll(&s.config, Justifications, justifications, s.config.readJustifications)
		var err error
		if s.result, err = s.run.ProcessJustifications(bundles); err != nil {
			return nil, fmt.Errorf("%w: process justifications: %w", ErrFailed, err)
		}
	}
	if s.result == nil {
		return &Result{}, nil
	}
	return s.conclude()
}

// conclude makes a key set of kyber's result, and believes nothing of it that it can check.
func (s *Session) conclude() (*Result, error) {
	polynomial := share.NewPubPoly(ristretto.Suite{}, nil, s.result.Key.Commits)
	var out Result
	for _, n := range s.result.QUAL {
		if index := int(n.Index) + 1; !s.left[index] {
			key := polynomial.Eval(n.Index).V
			out.Set.Verification = append(out.Set.Verification, threshold.VerificationKey{Index: index, Key: elementOf(key)})
		}
	}
	slices.SortFunc(out.Set.Verification, func(a, b threshold.VerificationKey) int { return cmp.Compare(a.Index, b.Index) })
	out.Set.Threshold, out.Set.Public = s.config.Threshold, elementOf(polynomial.Commit())
	if err := out.Set.Check(); err != nil {
		return nil, fmt.Errorf("%w: too few holders are left: %w", ErrFailed, err)
	}
	if p := s.config.Previous; p != nil && p.Public != out.Set.Public {
		return nil, fmt.Errorf("%w: the public key is another", ErrFailed)
	}
	for _, h := range s.config.Holders {
		if !knows(&out.Set, h.Index) {
			out.Excluded = append(out.Excluded, h.Index)
		}
	}
	slices.Sort(out.Excluded)
	if slices.Contains(out.Excluded, s.config.Index) {
		return &out, nil
	}
	own := threshold.Share{Index: s.config.Index, Secret: threshold.Scalar(elementBytes(s.result.Key.Share.V))}
	if err := out.Set.Holds(own); err != nil {
		return nil, fmt.Errorf("%w: own share: %w", ErrFailed, err)
	}
	out.Share = &own
	return &out, nil
}
