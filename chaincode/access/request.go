package access

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// SubmitRequest records a request to read, given as canonical text, if the policy's
// latest version, which it must name, permits it to those who signed and whose
// consents come with it. The reader must be among those who signed; proof, in base64,
// is what access.ReadRequest.VerifyPossession asks for. consents are at most
// access.MaxConsents texts of access.SignedConsent. It returns the request's id.
func (c *Contract) SubmitRequest(
	ctx contractapi.TransactionContextInterface, text, signatures string, consents []string, proof string,
) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	r, err := access.ParseReadRequest([]byte(text))
	if err != nil {
		return "", err
	}
	id, err := r.Hash()
	if err != nil {
		return "", err
	}
	recorded, err := tx.get(requests + id.String())
	if err != nil {
		return "", err
	}
	if recorded != nil {
		return "", model.Errorf(model.ReasonRequestExists, "the request is recorded")
	}
	possession, err := base64.StdEncoding.Strict().DecodeString(proof)
	if err != nil {
		return "", model.Errorf(model.ReasonMalformed, "the proof is not base64")
	}
	if err := r.VerifyPossession(possession); err != nil {
		return "", err
	}
	have, err := tx.identities(id, signatures, submitter)
	if err != nil {
		return "", err
	}
	if !have.Has(access.Member(r.Reader)) {
		return "", model.Errorf(model.ReasonSignatureInvalid, "the reader did not sign its request")
	}
	grant := access.Grant{TimeUnixMilli: tx.at, Request: r}
	if grant.Holdings, err = tx.holdings(r, have, consents); err != nil {
		return "", err
	}
	if err := tx.permit(grant); err != nil {
		return "", err
	}
	return id.String(), tx.record(id, grant)
}

// holdings are the identities that signed, and those whose consents cover the request.
func (tx *transaction) holdings(r access.ReadRequest, have access.Identities, consents []string) ([]access.Holding, error) {
	if len(consents) > access.MaxConsents {
		return nil, model.Errorf(model.ReasonMalformed, "%d consents, at most %d are allowed", len(consents), access.MaxConsents)
	}
	var all []access.Holding
	for _, identity := range have {
		all = append(all, access.Holding{Identity: identity})
	}
	for _, text := range consents {
		signed, err := access.ParseSignedConsent(text)
		if err != nil {
			return nil, err
		}
		if err := signed.Consent.Covers(r, tx.at); err != nil {
			return nil, err
		}
		hash, err := signed.Consent.Hash()
		if err != nil {
			return nil, err
		}
		// Who signed the request itself, or gave another consent, counts by that.
		if slices.ContainsFunc(all, func(h access.Holding) bool { return h.Identity == signed.Consent.Owner }) {
			continue
		}
		all = append(all, access.Holding{Identity: signed.Consent.Owner, Consent: hash, ExpiryUnixMilli: signed.Consent.ExpiryUnixMilli})
	}
	slices.SortFunc(all, func(a, b access.Holding) int { return strings.Compare(string(a.Identity), string(b.Identity)) })
	return all, nil
}

// permit judges a request that is to be recorded.
func (tx *transaction) permit(g access.Grant) error {
	if err := g.Request.CheckTime(tx.at); err != nil {
		return err
	}
	latest, err := tx.existing(g.Request.Policy)
	if err != nil {
		return err
	}
	if g.Request.PolicyVersion != latest.Version {
		return model.Errorf(model.ReasonPolicyStale, "the latest version of the policy is %d", latest.Version)
	}
	return g.Check(latest, tx.at, tx.policy, tx.standing())
}

func (tx *transaction) standing() access.Standing {
	return access.Standing{Active: tx.active, Withdrawn: tx.withdrawn}
}

func (tx *transaction) record(id model.Hash, g access.Grant) error {
	if err := tx.count(g.Request.Reader, id); err != nil {
		return err
	}
	text, err := g.Canonical()
	if err != nil {
		return err
	}
	if err := tx.put(requests+id.String(), text); err != nil {
		return err
	}
	if err := tx.put(requestsOf+string(g.Request.Policy)+"/"+cursor(g.TimeUnixMilli, id.String()), []byte(id.String())); err != nil {
		return err
	}
	if err := tx.GetStub().SetEvent(EventRequested, []byte(id.String())); err != nil {
		return fmt.Errorf("set event: %w", err)
	}
	return nil
}

// cursor is the place of a request among those of its policy.
func cursor(millis int64, id string) string { return fmt.Sprintf("%020d/%s", millis, id) }

// RevokeRequest ends a request, by canonical text that its reader signed, or those who
// satisfy its policy's rule for revoke. It returns the text's hash in hexadecimal.
func (c *Contract) RevokeRequest(ctx contractapi.TransactionContextInterface, text, signatures string) (string, error) {
	tx, submitter, err := c.begin(ctx)
	if err != nil {
		return "", err
	}
	r, err := access.ParseRevocation([]byte(text))
	if err != nil {
		return "", err
	}
	g, err := tx.grant(r.Request.String())
	if err != nil {
		return "", err
	}
	hash, err := r.Hash()
	if err != nil {
		return "", err
	}
	have, err := tx.identities(hash, signatures, submitter)
	if err != nil {
		return "", err
	}
	if !have.Has(access.Member(g.Request.Reader)) {
		latest, err := tx.existing(g.Request.Policy)
		if err != nil {
			return "", err
		}
		if err := latest.Permit(access.Revoke, "", have, tx.at, tx.policy); err != nil {
			return "", err
		}
	}
	if err := tx.notRevoked(r.Request.String()); err != nil {
		return "", err
	}
	return hash.String(), tx.putTime(revocations + r.Request.String())
}

func (tx *transaction) notRevoked(id string) error {
	revoked, err := tx.get(revocations + id)
	if err == nil && revoked != nil {
		return model.Errorf(model.ReasonRequestRevoked, "the request was revoked")
	}
	return err
}

func (tx *transaction) grant(id string) (access.Grant, error) {
	text, err := tx.get(requests + id)
	if err != nil {
		return access.Grant{}, err
	}
	if text == nil {
		return access.Grant{}, notFound("request")
	}
	return access.ParseGrant(text)
}

// CheckRequest returns a request's grant as canonical text if it may be answered at a
// time in milliseconds: it is recorded and not revoked, and access.Grant.Check holds
// under the latest version of its policy. A trustee asks this of its own peer before
// it answers, with the time of its own clock.
func (c *Contract) CheckRequest(ctx contractapi.TransactionContextInterface, id string, unixMilli int64) (string, error) {
	tx := view(ctx, unixMilli)
	g, err := tx.grant(id)
	if err != nil {
		return "", err
	}
	if err := tx.notRevoked(id); err != nil {
		return "", err
	}
	latest, err := tx.existing(g.Request.Policy)
	if err != nil {
		return "", err
	}
	if err := g.Check(latest, unixMilli, tx.policy, tx.standing()); err != nil {
		return "", err
	}
	text, err := g.Canonical()
	return string(text), err
}

// RecordedRequest is what the ledger has of a request.
type RecordedRequest struct {
	Grant            string `json:"grant"`              // canonical text
	RevokedUnixMilli int64  `json:"revoked_unix_milli"` // 0 if it was not
}

// GetRequest returns a request by its id.
func (c *Contract) GetRequest(ctx contractapi.TransactionContextInterface, id string) (*RecordedRequest, error) {
	return view(ctx, 0).recorded(id)
}

// ListRequests returns at most PageSize requests under a policy that follow the
// request with id after, "" for the first, in the order of their times. A page shorter
// than PageSize is the last.
func (c *Contract) ListRequests(ctx contractapi.TransactionContextInterface, policy, after string) ([]*RecordedRequest, error) {
	tx := view(ctx, 0)
	var start string
	if after != "" {
		g, err := tx.grant(after)
		if err != nil {
			return nil, err
		}
		start = cursor(g.TimeUnixMilli, after)
	}
	found, err := ledger.List(ctx.GetStub(), requestsOf+policy+"/", start, PageSize)
	if err != nil {
		return nil, err
	}
	page := []*RecordedRequest{}
	for _, entry := range found {
		r, err := tx.recorded(string(entry.Value))
		if err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, nil
}

func (tx *transaction) recorded(id string) (*RecordedRequest, error) {
	text, err := tx.get(requests + id)
	if err != nil {
		return nil, err
	}
	if text == nil {
		return nil, notFound("request")
	}
	r := &RecordedRequest{Grant: string(text)}
	revoked, err := tx.get(revocations + id)
	if err != nil || revoked == nil {
		return r, err
	}
	if _, err := fmt.Sscan(string(revoked), &r.RevokedUnixMilli); err != nil {
		return nil, fmt.Errorf("read revocation: %w", err)
	}
	return r, nil
}
