package postgres

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

var _ registry.DeviceTokenTx = Tx{}

// endOfTime is after all that is in a list whose latest comes first.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// ValidDeviceTokens counts the tokens of a member for a passport that hold at a time.
func (t Tx) ValidDeviceTokens(ctx context.Context, member, passport string, at time.Time) (int, error) {
	n, err := t.q.CountDeviceTokens(ctx, dbsqlc.CountDeviceTokensParams{Member: member, Passport: passport, Now: at})
	return int(n), failed(err, "count device tokens")
}

// AddDeviceToken keeps the record of a token.
func (t Tx) AddDeviceToken(ctx context.Context, d registry.DeviceToken) error {
	err := t.q.AddDeviceToken(ctx, dbsqlc.AddDeviceTokenParams{
		ID: d.ID, Member: d.Member, Passport: d.Passport, DisplayName: d.DisplayName,
		IssuedBy: d.IssuedBy, IssuedAt: d.IssueTime, ExpiresAt: d.ExpireTime,
	})
	return failed(err, "add the device token")
}

// LockMember keeps others from withdrawing tokens of the member.
func (t Tx) LockMember(ctx context.Context, member string) error {
	_, err := t.q.LockMember(ctx, member)
	return orNotFound(err, registry.ErrMemberNotFound, "lock the member")
}

// DeviceToken returns a token of a member for a passport, or registry.ErrTokenNotFound.
func (t Tx) DeviceToken(ctx context.Context, member, passport, id string) (registry.DeviceToken, error) {
	row, err := t.q.DeviceToken(ctx, dbsqlc.DeviceTokenParams{ID: id, Member: member, Passport: passport})
	return toDeviceToken(row), orNotFound(err, registry.ErrTokenNotFound, "read the device token")
}

// SaveRevocation stores that a token is withdrawn.
func (t Tx) SaveRevocation(ctx context.Context, d registry.DeviceToken) error {
	err := t.q.RevokeDeviceToken(ctx, dbsqlc.RevokeDeviceTokenParams{ID: d.ID, RevokedBy: d.RevokedBy, RevokedAt: *d.RevokeTime})
	return failed(err, "revoke the device token")
}

// RevokedDeviceTokens returns when the withdrawn tokens of a member expire, by id.
func (t Tx) RevokedDeviceTokens(ctx context.Context, member string, after time.Time, limit int) (map[string]time.Time, error) {
	rows, err := t.q.RevokedDeviceTokens(ctx, dbsqlc.RevokedDeviceTokensParams{
		Member: member, Now: after, MaxRows: int32(limit), //nolint:gosec // bounded by the domain
	})
	expires := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		expires[r.ID] = r.ExpiresAt
	}
	return expires, failed(err, "read revoked device tokens")
}

// DeviceTokens returns at most limit tokens that the filter lets through and that come after a place in the list.
func (s *Store) DeviceTokens(ctx context.Context, f registry.DeviceTokenFilter, after registry.DeviceTokenKey, limit int) ([]registry.DeviceToken, error) {
	if after.ID == "" {
		after.Time = endOfTime
	}
	all := dbsqlc.DeviceTokensByMemberParams{
		Member: f.Member, BeforeTime: after.Time, BeforeID: after.ID, OnlyValid: !f.ValidAt.IsZero(), Now: f.ValidAt,
		MaxRows: int32(limit), //nolint:gosec // a page
	}
	var rows []dbsqlc.DeviceToken
	var err error
	if f.Passport == "" {
		rows, err = s.q.DeviceTokensByMember(ctx, all)
	} else {
		rows, err = s.q.DeviceTokensByPassport(ctx, dbsqlc.DeviceTokensByPassportParams{
			Passport: f.Passport, Member: all.Member, BeforeTime: all.BeforeTime, BeforeID: all.BeforeID, OnlyValid: all.OnlyValid,
			Now: all.Now, MaxRows: all.MaxRows,
		})
	}
	out := make([]registry.DeviceToken, len(rows))
	for i, r := range rows {
		out[i] = toDeviceToken(r)
	}
	return out, failed(err, "list device tokens")
}

// MembersWithRevocations returns the members that have withdrawn tokens which have not expired.
func (s *Store) MembersWithRevocations(ctx context.Context, now time.Time) ([]string, error) {
	members, err := s.q.MembersWithRevocations(ctx, dbsqlc.MembersWithRevocationsParams{Now: now, MaxRows: maxMembers})
	return members, failed(err, "list members with revocations")
}

func toDeviceToken(r dbsqlc.DeviceToken) registry.DeviceToken {
	return registry.DeviceToken{
		ID: r.ID, Member: r.Member, Passport: r.Passport, DisplayName: r.DisplayName, IssuedBy: r.IssuedBy,
		IssueTime: r.IssuedAt, ExpireTime: r.ExpiresAt, RevokedBy: r.RevokedBy, RevokeTime: r.RevokedAt,
	}
}
