package api

import (
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/apperr"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Collections of resource names.
const (
	accounts      = "accounts"
	cycles        = "cycles"
	loans         = "loans"
	members       = "members"
	passports     = "passports"
	payoutBatches = "payoutBatches"
	payouts       = "payouts"
	periods       = "periods"
	prices        = "prices"
	quotes        = "quotes"
	reads         = "reads"
	statements    = "statements"
	transfers     = "transfers"
)

func nameOf(collection, id string) string { return collection + "/" + id }

// uuidOf returns the id of a resource whose ids are UUIDs.
func uuidOf(name, collection, field string) (string, error) {
	text, err := aip.ID(name, collection, field)
	if err != nil {
		return "", err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return "", apperr.InvalidField(field, "not a name of the form %s/{uuid}", collection)
	}
	return id.String(), nil
}

// readIDOf returns the id of a read; no read has a name of another form.
func readIDOf(name string) (string, error) {
	id, err := uuidOf(name, reads, "name")
	if err != nil {
		return "", settlement.ErrReadNotFound
	}
	return id, nil
}

func contributionsOf(messages []*settlementv1.Contribution) ([]settlement.Contribution, error) {
	contributions := make([]settlement.Contribution, len(messages))
	for i, m := range messages {
		member, err := aip.ID(m.GetMember(), members, "contributions.member")
		if err != nil {
			return nil, err
		}
		contributions[i] = settlement.Contribution{Member: member, Field: m.GetField(), Quality: int64(m.GetQuality())}
	}
	return contributions, nil
}

func readMessage(r settlement.Read) *settlementv1.Read {
	m := &settlementv1.Read{
		Name: nameOf(reads, r.ID), Payer: nameOf(members, r.Payer), Product: r.Product, Passport: nameOf(passports, r.Passport),
		Price: r.Price.String(), State: stateMessage(r.State), CreateTime: timestamppb.New(r.CreateTime),
		Shares:       shareMessages(r.Shares),
		SplitVersion: int32(r.SplitVersion), //nolint:gosec // a small number
	}
	for _, v := range r.Revisions {
		m.Revisions = append(m.Revisions, revisionMessage(r, v))
	}
	for _, c := range r.Contributions {
		m.Contributions = append(m.Contributions, &settlementv1.Contribution{
			Member: nameOf(members, c.Member), Field: c.Field, Quality: int32(c.Quality), //nolint:gosec // at most MaxQuality
		})
	}
	if !r.CaptureTime.IsZero() {
		m.CaptureTime = timestamppb.New(r.CaptureTime)
	}
	return m
}

func shareMessages(shares []settlement.Share) []*settlementv1.Share {
	var messages []*settlementv1.Share
	for _, s := range shares {
		messages = append(messages, &settlementv1.Share{
			Kind: shareKindMessage(s.Kind), Account: string(s.Account), Amount: s.Amount.String(), Explanation: s.Explanation,
		})
	}
	return messages
}

func revisionMessage(r settlement.Read, v settlement.Revision) *settlementv1.ReadRevision {
	m := &settlementv1.ReadRevision{
		Event: nameOf(passports, r.Passport) + "/" + nameOf("events", v.Event), Member: nameOf(members, v.Change.Member), Field: v.Change.Field,
		Quality: int32(v.Change.Quality), Shares: shareMessages(v.Shares), CreateTime: timestamppb.New(v.CreateTime), //nolint:gosec // at most MaxQuality
	}
	if !v.SettleTime.IsZero() {
		m.SettleTime = timestamppb.New(v.SettleTime)
	}
	return m
}

func stateMessage(s settlement.ReadState) settlementv1.ReadState {
	switch s {
	case settlement.ReadHeld:
		return settlementv1.ReadState_READ_STATE_HELD
	case settlement.ReadCaptured:
		return settlementv1.ReadState_READ_STATE_CAPTURED
	case settlement.ReadVoided:
		return settlementv1.ReadState_READ_STATE_VOIDED
	default:
		return settlementv1.ReadState_READ_STATE_UNSPECIFIED
	}
}

func shareKindMessage(k settlement.ShareKind) settlementv1.ShareKind {
	switch k {
	case settlement.ShareInfrastructureFee:
		return settlementv1.ShareKind_SHARE_KIND_INFRASTRUCTURE_FEE
	case settlement.ShareHolderDividend:
		return settlementv1.ShareKind_SHARE_KIND_HOLDER_DIVIDEND
	case settlement.ShareContribution:
		return settlementv1.ShareKind_SHARE_KIND_CONTRIBUTION
	default:
		return settlementv1.ShareKind_SHARE_KIND_UNSPECIFIED
	}
}

func accountMessage(id string, balance settlement.Amount) *settlementv1.Account {
	return &settlementv1.Account{Name: nameOf(accounts, id), Balance: balance.String()}
}
