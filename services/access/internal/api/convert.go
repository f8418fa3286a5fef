package api

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/authn"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

func callerMember(ctx context.Context) string { return authn.FromContext(ctx).Member }

// passportID returns the id in passports/{passport}, whose shape is checked already but for what a UUID is.
func passportID(name string) (string, error) {
	id := strings.TrimPrefix(name, "passports/")
	if uuid.Validate(id) != nil {
		return "", access.ErrPassportNotFound
	}
	return id, nil
}

// policyName splits passports/{passport}/policies/{policy} and what follows.
func policyName(name string) (passport string, policy rules.PolicyID, rest []string, err error) {
	parts := strings.Split(name, "/")
	if len(parts) < 4 || uuid.Validate(parts[1]) != nil {
		return "", "", nil, access.ErrPolicyNotFound
	}
	return parts[1], rules.PolicyID(parts[3]), parts[4:], nil
}

// childName splits passports/{passport}/policies/{policy}/<collection>/{hash}; notFound is what another name means.
func childName(name string, notFound error) (passport string, policy rules.PolicyID, hash model.Hash, err error) {
	passport, policy, rest, err := policyName(name)
	if err != nil || len(rest) != 2 {
		return "", "", model.Hash{}, notFound
	}
	hash, ok := rules.ParseHash(rest[1])
	if !ok {
		return "", "", model.Hash{}, notFound
	}
	return passport, policy, hash, nil
}

func fromPolicy(p access.Policy) (*accessv1.Policy, error) {
	text, err := p.Version.Canonical()
	if err != nil {
		return nil, err
	}
	return &accessv1.Policy{
		Name: p.Name(), OwnershipPeriod: int32(p.Period), Version: p.Version.Version, Text: string(text), //nolint:gosec // a count of holders
		Steward: "members/" + p.Steward, CreateTime: timestamppb.New(p.CreateTime),
	}, nil
}

func fromConsent(passport string) func(access.Consent) *accessv1.Consent {
	return func(c access.Consent) *accessv1.Consent {
		return &accessv1.Consent{
			Name:       "passports/" + passport + "/policies/" + string(c.Policy) + "/consents/" + c.Hash.String(),
			SignedText: c.SignedText, CreateTime: timestamppb.New(c.CreateTime), WithdrawTime: orAbsent(c.WithdrawTime),
		}
	}
}

func fromRead(r access.Read) (*accessv1.ReadRequest, error) {
	text, err := r.Grant.Request.Canonical()
	if err != nil {
		return nil, err
	}
	out := &accessv1.ReadRequest{
		Name: r.Name(), Text: string(text), Reader: "members/" + r.Grant.Request.Reader, Class: string(r.Grant.Request.Class),
		Purpose: string(r.Grant.Request.Purpose), CreateTime: timestamppb.New(time.UnixMilli(r.Grant.TimeUnixMilli)),
		ExpireTime: timestamppb.New(time.UnixMilli(r.Grant.Request.ExpiryUnixMilli)), RevokeTime: orAbsent(r.RevokeTime),
	}
	for _, h := range r.Grant.Holdings {
		out.Identities = append(out.Identities, string(h.Identity))
		if !h.Consent.IsZero() {
			out.Consents = append(out.Consents, h.Consent.String())
		}
	}
	for _, a := range r.Answers {
		out.Answers = append(out.Answers, &accessv1.Answer{Trustee: a.Trustee, Sha256: a.SHA256.String(), RecordTime: timestamppb.New(a.RecordTime)})
	}
	return out, nil
}

func orAbsent(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func all[T, M any](items []T, f func(T) M) []M {
	out := make([]M, len(items))
	for i, item := range items {
		out[i] = f(item)
	}
	return out
}
