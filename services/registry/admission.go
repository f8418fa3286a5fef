package registry

import "context"

// AdmissionTx is what an admission needs of a transaction.
type AdmissionTx interface {
	Auditor
	// AddMember stores a member with the hashes of its authorities' keys; or ErrMemberExists, ErrCertificateTaken.
	AddMember(ctx context.Context, m Member, authorityKeys [][]byte) error
	AddRoleGrants(ctx context.Context, gs []RoleGrant) error
	// CompleteStep marks a step as done; a second time has no effect. The member must exist.
	CompleteStep(ctx context.Context, member string, step AdmissionStep) error
	PublishAdmitted(ctx context.Context, m Member) error
	// RecordAdmission records it in the journal.
	RecordAdmission(ctx context.Context, m Member, authorityKeys [][]byte) error
}

// Admit enters a member into the directory; the other steps follow from the message about it.
// Errors: INVALID_FIELD, ErrCertificateInvalid, ErrCertificateTaken, ErrMemberExists.
func (s *Service) Admit(ctx context.Context, tx AdmissionTx, m Member) (Member, error) {
	m.CreateTime = s.now()
	keys, err := m.check(m.CreateTime)
	if err != nil {
		return Member{}, err
	}
	if err := tx.AddMember(ctx, m, keys); err != nil {
		return Member{}, err
	}
	if err := tx.AddRoleGrants(ctx, m.firstRoles()); err != nil {
		return Member{}, err
	}
	if err := tx.CompleteStep(ctx, m.ID, StepDirectory); err != nil {
		return Member{}, err
	}
	m.Completed = []AdmissionStep{StepDirectory}
	if err := tx.PublishAdmitted(ctx, m); err != nil {
		return Member{}, err
	}
	if err := tx.Audit(ctx, "AdmitMember", m.Name()); err != nil {
		return Member{}, err
	}
	return m, tx.RecordAdmission(ctx, m, keys)
}
