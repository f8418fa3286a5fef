package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

// maxMembers bounds the directory that is held in memory to authenticate callers.
const maxMembers = 10_000

// MemberClass returns the class of a member, or registry.ErrMemberNotFound.
func (t Tx) MemberClass(ctx context.Context, member string) (registry.MemberClass, error) {
	class, err := t.q.MemberClass(ctx, member)
	return registry.MemberClass(class), orNotFound(err, registry.ErrMemberNotFound, "read the member's class")
}

// AddMember stores a member with the hashes of its authorities' keys.
func (t Tx) AddMember(ctx context.Context, m registry.Member, authorityKeys [][]byte) error {
	err := t.q.AddMember(ctx, dbsqlc.AddMemberParams{
		ID: m.ID, DisplayName: m.DisplayName, Class: string(m.Class), MspID: m.MSPID, CaCertificates: m.CACertificates,
		Administrators: append([]string{}, m.Administrators...), CreatedAt: m.CreateTime,
	})
	if err == nil {
		err = t.q.AddAuthorities(ctx, dbsqlc.AddAuthoritiesParams{KeyHashes: authorityKeys, Member: m.ID})
	}
	switch postgres.ViolatedConstraint(err) {
	case "member_pkey":
		return registry.ErrMemberExists.WithField("member.name")
	case "member_msp_id_key":
		return registry.ErrMemberExists.WithField("member.msp_id")
	case "member_authority_pkey":
		return registry.ErrCertificateTaken
	}
	return failed(err, "add the member")
}

// CompleteStep marks a step of an admission as done.
func (t Tx) CompleteStep(ctx context.Context, member string, step registry.AdmissionStep) error {
	err := t.q.CompleteStep(ctx, dbsqlc.CompleteStepParams{Member: member, Step: string(step)})
	return failed(err, "complete the step "+string(step))
}

// Member returns a member, or registry.ErrMemberNotFound.
func (s *Store) Member(ctx context.Context, id string) (registry.Member, error) {
	row, err := s.q.Member(ctx, id)
	if err != nil {
		return registry.Member{}, orNotFound(err, registry.ErrMemberNotFound, "read the member")
	}
	return toMember(row), nil
}

// Members returns at most limit members after the given id, by id.
func (s *Store) Members(ctx context.Context, after string, limit int) ([]registry.Member, error) {
	rows, err := s.q.Members(ctx, dbsqlc.MembersParams{After: after, MaxRows: rowLimit(limit)})
	out := make([]registry.Member, len(rows))
	for i, row := range rows {
		out[i] = toMember(dbsqlc.MemberRow(row))
	}
	return out, failed(err, "list members")
}

// Authorities lists whose client certificates speak for whom.
func (s *Store) Authorities(ctx context.Context) ([]authn.MemberAuthority, error) {
	rows, err := s.q.Authorities(ctx, maxMembers+1)
	if err != nil {
		return nil, failed(err, "list authorities")
	}
	if len(rows) > maxMembers { // trusting only some of them would lock the others out
		return nil, fmt.Errorf("registry: more than %d members", maxMembers)
	}
	out := make([]authn.MemberAuthority, len(rows))
	for i, row := range rows {
		out[i] = authn.MemberAuthority{Member: row.ID, CACertificates: row.CaCertificates}
	}
	return out, nil
}

func toMember(r dbsqlc.MemberRow) registry.Member {
	m := registry.Member{
		ID: r.ID, DisplayName: r.DisplayName, Class: registry.MemberClass(r.Class), MSPID: r.MspID,
		CACertificates: r.CaCertificates, Administrators: r.Administrators, CreateTime: r.CreatedAt,
	}
	for _, step := range registry.AdmissionSteps() {
		if slices.Contains(r.Completed, string(step)) {
			m.Completed = append(m.Completed, step)
		}
	}
	return m
}

// CompleteStep is Tx.CompleteStep in a transaction that somebody else began.
func CompleteStep(ctx context.Context, tx pgx.Tx, member string, step registry.AdmissionStep) error {
	return NewTx(tx).CompleteStep(ctx, member, step)
}
