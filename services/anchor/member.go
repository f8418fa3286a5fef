package anchor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// maxAuthorities bounds the certificates that are read of one member.
const maxAuthorities = 32

// Member is an admitted member as the registry tells of it.
type Member struct {
	ID             string // without "members/"
	MSPID          string
	Class          model.Class
	CACertificates string // PEM
}

// Registrar enters members into the directory on the ledger.
type Registrar struct {
	Ledger Ledger
}

// Register returns the id of the transaction that registered m, empty if m stood in the directory already. The first
// member must be the one whose identity this service submits with; until it is registered others are refused, and
// their messages come again.
func (r Registrar) Register(ctx context.Context, m Member) (transactionID string, err error) {
	record, err := m.record()
	if err != nil {
		return "", err
	}
	text, err := record.Canonical()
	if err != nil {
		return "", fmt.Errorf("anchor: member %s: %w", m.ID, err)
	}
	transactionID, err = r.Ledger.RegisterMember(ctx, string(text))
	if model.ReasonOf(err) == model.ReasonMemberExists {
		return "", r.compare(ctx, record)
	}
	return transactionID, err
}

// compare accepts a member that is registered with equal content, or that changed since in what may change.
func (r Registrar) compare(ctx context.Context, want model.MemberRecord) error {
	text, err := r.Ledger.Member(ctx, want.ID)
	if err != nil {
		return err
	}
	got, err := model.ParseMember([]byte(text))
	if err != nil {
		return fmt.Errorf("anchor: member %s on the ledger: %w", want.ID, err)
	}
	same := got.ID == want.ID && got.MSPID == want.MSPID && got.Class == want.Class
	if !same || got.Version == 1 && got != want {
		return fmt.Errorf("%w: member %s is on the ledger with other content", ErrDiverged, want.ID)
	}
	return nil
}

func (m Member) record() (model.MemberRecord, error) {
	root, err := rootHash([]byte(m.CACertificates))
	if err != nil {
		return model.MemberRecord{}, fmt.Errorf("anchor: member %s: %w", m.ID, err)
	}
	return model.MemberRecord{
		ID: m.ID, MSPID: m.MSPID, Class: m.Class, Status: model.StatusActive, CARootSHA256: root, Version: 1,
	}, nil
}

// rootHash returns the SHA-256 of the first self-signed certificate.
func rootHash(text []byte) (model.Hash, error) {
	for range maxAuthorities {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return model.Hash{}, fmt.Errorf("certificate authority: %w", err)
		}
		if bytes.Equal(cert.RawSubject, cert.RawIssuer) {
			return sha256.Sum256(cert.Raw), nil
		}
	}
	return model.Hash{}, errors.New("certificate authority: no root among the certificates")
}
