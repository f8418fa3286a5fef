// Package fabric is the ledger of package access: the platform's chaincode on a Fabric channel.
package fabric

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/services/access"
)

const (
	contract = "access:"
	// pageSize is that of the contract's lists: a shorter page is the last.
	pageSize = 50
)

// Ledger implements access.Ledger.
type Ledger struct{ client *fabricgw.Client }

var _ access.Ledger = (*Ledger)(nil)

// Connect prepares the connection to the peer that cfg names; it is dialled by the first call.
func Connect(cfg fabricgw.Config) (*Ledger, error) {
	// An endorsing peer can be a block behind this one.
	cfg.Transient = func(reason string) bool { return model.Reason(reason).Transient() }
	client, err := fabricgw.Connect(cfg)
	if err != nil {
		return nil, fmt.Errorf("access: ledger: %w", err)
	}
	return &Ledger{client: client}, nil
}

// Close ends calls that are under way.
func (l *Ledger) Close() error { return l.client.Close() }

// CreatePolicy implements access.Ledger.
func (l *Ledger) CreatePolicy(ctx context.Context, text string) error {
	return l.submit(ctx, "CreatePolicy", text, "")
}

// EvolvePolicy implements access.Ledger.
func (l *Ledger) EvolvePolicy(ctx context.Context, text, signatures string) error {
	return l.submit(ctx, "EvolvePolicy", text, signatures)
}

// RecoverPolicy implements access.Ledger.
func (l *Ledger) RecoverPolicy(ctx context.Context, text, signatures string) error {
	return l.submit(ctx, "RecoverPolicy", text, signatures)
}

// Policy implements access.Ledger.
func (l *Ledger) Policy(ctx context.Context, id rules.PolicyID) (rules.Policy, error) {
	return read(ctx, l, rules.ParsePolicy, "GetPolicy", string(id))
}

// PolicyVersion implements access.Ledger.
func (l *Ledger) PolicyVersion(ctx context.Context, id rules.PolicyID, version uint64) (rules.Policy, error) {
	return read(ctx, l, rules.ParsePolicy, "GetPolicyVersion", string(id), strconv.FormatUint(version, 10))
}

// RecordConsent implements access.Ledger.
func (l *Ledger) RecordConsent(ctx context.Context, hash model.Hash) error {
	return l.submit(ctx, "RecordConsent", hash.String())
}

// WithdrawConsent implements access.Ledger.
func (l *Ledger) WithdrawConsent(ctx context.Context, text, signatures string) error {
	return l.submit(ctx, "WithdrawConsent", text, signatures)
}

// SubmitRequest implements access.Ledger.
func (l *Ledger) SubmitRequest(ctx context.Context, s access.Submission) error {
	consents, err := json.Marshal(append([]string{}, s.Consents...))
	if err != nil {
		return fmt.Errorf("access: encode consents: %w", err)
	}
	return l.submit(ctx, "SubmitRequest", s.Text, s.Signatures, string(consents), base64.StdEncoding.EncodeToString(s.Possession))
}

// RevokeRequest implements access.Ledger.
func (l *Ledger) RevokeRequest(ctx context.Context, text, signatures string) error {
	return l.submit(ctx, "RevokeRequest", text, signatures)
}

// CheckRequest implements access.Ledger.
func (l *Ledger) CheckRequest(ctx context.Context, id model.Hash, at time.Time) (rules.Grant, error) {
	return read(ctx, l, rules.ParseGrant, "CheckRequest", id.String(), strconv.FormatInt(at.UnixMilli(), 10))
}

// RegisterCapsules implements access.Ledger.
func (l *Ledger) RegisterCapsules(ctx context.Context, text, signatures string) error {
	return l.submit(ctx, "RegisterCapsules", text, signatures)
}

// KeySet implements access.Ledger.
func (l *Ledger) KeySet(ctx context.Context, purpose rules.KeyPurpose, number uint64) (rules.KeySet, error) {
	return read(ctx, l, rules.ParseKeySet, "GetKeySet", string(purpose), strconv.FormatUint(number, 10))
}

// Trustee implements access.Ledger.
func (l *Ledger) Trustee(ctx context.Context, id string) (rules.Trustee, error) {
	return read(ctx, l, rules.ParseTrustee, "GetTrustee", id)
}

// ConfidentialTable implements access.Ledger.
func (l *Ledger) ConfidentialTable(ctx context.Context) (rules.ConfidentialTable, error) {
	return read(ctx, l, rules.ParseConfidentialTable, "GetConfidentialTable")
}

func (l *Ledger) submit(ctx context.Context, function string, args ...string) error {
	_, err := l.client.Submit(ctx, contract+function, args...)
	return refusal(err)
}

func (l *Ledger) evaluate(ctx context.Context, function string, args ...string) ([]byte, error) {
	answer, err := l.client.Evaluate(ctx, contract+function, args...)
	return answer, refusal(err)
}

// read asks for a record.
func read[R any](ctx context.Context, l *Ledger, parse func([]byte) (R, error), function string, args ...string) (R, error) {
	var zero R
	text, err := l.evaluate(ctx, function, args...)
	if err != nil {
		return zero, err
	}
	r, err := parse(text)
	if err != nil { // not the caller's text, so not the caller's mistake
		return zero, fmt.Errorf("access: the ledger's answer to %s: %s", function, err.Error())
	}
	return r, nil
}

// refusal turns the contract's refusals into the errors that its rules are written with, and what is left into
// access.ErrLedgerUnavailable.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*fabricgw.ChaincodeError](err); ok && refused.Reason != "" {
		return model.Errorf(model.Reason(refused.Reason), "%s", refused.Detail)
	}
	return access.ErrLedgerUnavailable.Wrap(err)
}
