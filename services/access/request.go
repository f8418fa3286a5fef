package access

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/aip"
)

// Submission is a request to read with what the ledger asks for beside it.
type Submission struct {
	// Text is canonical, Signatures are over it.
	Text, Signatures string
	// Consents are texts of access.SignedConsent.
	Consents []string
	// Possession proves that the reader holds the secret half of the request's key.
	Possession []byte
}

// Recorded is a request as the ledger has it.
type Recorded struct {
	ID    model.Hash
	Grant access.Grant
	// RevokeTime is zero unless it was revoked.
	RevokeTime time.Time
}

// Answer is one answer of a trustee, as it recorded it.
type Answer struct {
	Trustee    string
	SHA256     model.Hash
	RecordTime time.Time
}

// Read is a request with what trustees answered.
type Read struct {
	Recorded
	Policy  StoredPolicy
	Answers []Answer
}

// Submit records a request of the member. One that is recorded is returned. Errors: see the RPC.
func (s *Service) Submit(ctx context.Context, member, passport string, policy access.PolicyID, sub Submission) (Read, error) {
	stored, err := s.Store.Policy(ctx, passport, policy)
	if err != nil {
		return Read{}, err
	}
	r, err := access.ParseReadRequest([]byte(sub.Text))
	if err != nil {
		return Read{}, refusal(err)
	}
	switch {
	case r.Policy != policy:
		return Read{}, ErrRecordMalformed
	case r.Reader != member:
		return Read{}, ErrNotTheReader
	}
	err = s.Ledger.SubmitRequest(ctx, sub)
	if err != nil && model.ReasonOf(err) != model.ReasonRequestExists {
		return Read{}, refusal(err)
	}
	read, err := s.read(ctx, stored, sha256.Sum256([]byte(sub.Text)))
	if err != nil {
		return Read{}, err
	}
	return read, s.Store.Audit(ctx, "SubmitReadRequest", read.name())
}

func (r Read) name() string { return r.Policy.Name() + "/readRequests/" + r.ID.String() }

// Name is the resource name.
func (r Read) Name() string { return r.name() }

func (s *Service) read(ctx context.Context, stored StoredPolicy, id model.Hash) (Read, error) {
	recorded, err := s.Ledger.Request(ctx, id)
	if model.ReasonOf(err) == model.ReasonNotFound || err == nil && recorded.Grant.Request.Policy != stored.ID {
		return Read{}, ErrRequestNotFound
	}
	if err != nil {
		return Read{}, refusal(err)
	}
	return s.answered(ctx, stored, recorded)
}

func (s *Service) answered(ctx context.Context, stored StoredPolicy, recorded Recorded) (Read, error) {
	answers, err := s.Ledger.Answers(ctx, recorded.ID)
	return Read{Recorded: recorded, Policy: stored, Answers: answers}, refusal(err)
}

// Request returns a request to its reader and to the policy's steward. Errors: ErrRequestNotFound, ErrLedgerUnavailable.
func (s *Service) Request(ctx context.Context, member, passport string, policy access.PolicyID, id model.Hash) (Read, error) {
	stored, err := s.Store.Policy(ctx, passport, policy)
	if ErrPolicyNotFound.Is(err) {
		return Read{}, ErrRequestNotFound
	}
	if err != nil {
		return Read{}, err
	}
	read, err := s.read(ctx, stored, id)
	if err != nil {
		return Read{}, err
	}
	if !read.shownTo(member) {
		return Read{}, ErrRequestNotFound
	}
	return read, nil
}

func (r Read) shownTo(member string) bool {
	return r.Policy.Steward == member || r.Grant.Request.Reader == member
}

// Requests returns those of a page of the requests under a policy that the member may see, and the id of the page's last one,
// zero if no page follows. Errors: ErrPolicyNotFound, INVALID_PAGE_TOKEN, ErrLedgerUnavailable.
func (s *Service) Requests(
	ctx context.Context, member, passport string, policy access.PolicyID, after model.Hash,
) (reads []Read, next model.Hash, err error) {
	stored, err := s.Store.Policy(ctx, passport, policy)
	if err != nil {
		return nil, model.Hash{}, err
	}
	page, last, err := s.Ledger.Requests(ctx, policy, after)
	if model.ReasonOf(err) == model.ReasonNotFound { // a token is the caller's to forge
		return nil, model.Hash{}, aip.ErrInvalidPageToken
	}
	if err != nil {
		return nil, model.Hash{}, refusal(err)
	}
	for _, recorded := range page {
		if !(Read{Recorded: recorded, Policy: stored}).shownTo(member) {
			continue
		}
		read, err := s.answered(ctx, stored, recorded)
		if err != nil {
			return nil, model.Hash{}, err
		}
		reads = append(reads, read)
	}
	if !last && len(page) > 0 {
		next = page[len(page)-1].ID
	}
	return reads, next, nil
}

// Revoke ends a request by a signed text. One that was revoked is returned. Errors: see the RPC.
func (s *Service) Revoke(
	ctx context.Context, member, passport string, policy access.PolicyID, id model.Hash, text, signatures string,
) (Read, error) {
	if _, err := s.Request(ctx, member, passport, policy, id); err != nil {
		return Read{}, err
	}
	r, err := access.ParseRevocation([]byte(text))
	if err != nil {
		return Read{}, refusal(err)
	}
	if r.Request != id {
		return Read{}, ErrRecordMalformed
	}
	err = s.Ledger.RevokeRequest(ctx, text, signatures)
	if err != nil && model.ReasonOf(err) != model.ReasonRequestRevoked {
		return Read{}, refusal(err)
	}
	read, err := s.Request(ctx, member, passport, policy, id)
	if err != nil {
		return Read{}, err
	}
	return read, s.Store.Audit(ctx, "RevokeReadRequest", read.name())
}
