package verify

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// MaxTrustBytes bounds a trust list.
const MaxTrustBytes = 1 << 20

// Trust says whose word the reader takes.
type Trust struct {
	// Channel and Chaincode are the ledger the reader expects.
	Channel   string `json:"channel"`
	Chaincode string `json:"chaincode"`
	// MinEndorsements is how many distinct organisations of MSPs have to agree.
	MinEndorsements int   `json:"min_endorsements"`
	MSPs            []MSP `json:"msps"`
	// Log is the verifier key of the index of epochs, whose name is the log's origin.
	Log string `json:"log"`
	// Witnesses are verifier keys; MinCosignatures is how many of them have to have cosigned. With 0 the log alone says
	// that it shows everybody the same history.
	Witnesses       []string `json:"witnesses"`
	MinCosignatures int      `json:"min_cosignatures"`
	// TagKey is the public key under which tags are proven to be those of VINs, 32 bytes. It is optional: package
	// verify/vintag checks a document's tag with it.
	TagKey []byte `json:"tag_key,omitempty"`
	// SourceKeys are public keys of sources and vehicles that the reader takes for theirs, at most MaxSourceKeys. They are
	// optional: package verify/signatures checks with them what the sources themselves signed.
	SourceKeys []SourceKey `json:"source_keys,omitempty"`
}

// MaxSourceKeys bounds the source keys of a trust list.
const MaxSourceKeys = 1000

// SourceKey is a key with which a source, or one vehicle, signs its events.
type SourceKey struct {
	// Source is the CloudEvents source, "/members/{member}/…".
	Source string `json:"source"`
	// Passport is the one vehicle that holds the private half, empty for a source that is no vehicle.
	Passport string `json:"passport,omitempty"`
	// PublicKey is a SubjectPublicKeyInfo in DER.
	PublicKey []byte `json:"public_key"`
	// FirstSequence is the size of the stream "ingest/{member}" at the key's enrolment, EndSequence the same at its
	// revocation, nil before: the key is good for entries from the first up to the second.
	FirstSequence uint64  `json:"first_sequence"`
	EndSequence   *uint64 `json:"end_sequence,omitempty"`
}

// MSP is one organisation and the certificates of its own authority.
type MSP struct {
	ID string `json:"msp_id"`
	// RootCertificates are PEM: self-signed roots and any intermediates.
	RootCertificates []string `json:"root_certificates"`
}

// ParseTrust decodes a trust list and refuses one that could not protect its
// reader: unknown fields, an organisation without certificates or listed twice,
// more endorsements demanded than there are organisations, or none, no log, one
// witness listed twice. The error has [ReasonTrustMalformed].
func ParseTrust(text []byte) (Trust, error) {
	var t Trust
	if len(text) > MaxTrustBytes {
		return Trust{}, refuse(ReasonTrustMalformed, "trust", "%d bytes, at most %d are read", len(text), MaxTrustBytes)
	}
	if err := decodeOne(text, &t); err != nil {
		return Trust{}, refuse(ReasonTrustMalformed, "trust", "%w", err)
	}
	return t, t.validate()
}

func (t Trust) validate() error {
	if t.Channel == "" || t.Chaincode == "" {
		return refuse(ReasonTrustMalformed, "trust", "channel and chaincode must be named")
	}
	if t.MinEndorsements < 1 || t.MinEndorsements > len(t.MSPs) {
		return refuse(ReasonTrustMalformed, "trust.min_endorsements", "%d of %d organisations", t.MinEndorsements, len(t.MSPs))
	}
	if len(t.SourceKeys) > MaxSourceKeys {
		return refuse(ReasonTrustMalformed, "trust.source_keys", "%d, at most %d are read", len(t.SourceKeys), MaxSourceKeys)
	}
	if len(t.TagKey) != 0 && len(t.TagKey) != elementBytes {
		return refuse(ReasonTrustMalformed, "trust.tag_key", "%d bytes, a key has %d", len(t.TagKey), elementBytes)
	}
	if _, err := t.Policy(); err != nil {
		return err
	}
	return t.validateMSPs()
}

// Policy is what makes a note of the log believed. The error has [ReasonTrustMalformed].
func (t Trust) Policy() (checkpoint.Policy, error) {
	origin, _, _ := strings.Cut(t.Log, "+")
	log, err := checkpoint.NewLog(origin, t.Log)
	if err != nil {
		return checkpoint.Policy{}, refuse(ReasonTrustMalformed, "trust.log", "%w", err)
	}
	policy, err := checkpoint.NewPolicy(log, t.MinCosignatures, t.Witnesses...)
	if err != nil {
		return checkpoint.Policy{}, refuse(ReasonTrustMalformed, "trust.witnesses", "%w", err)
	}
	return policy, nil
}

func (t Trust) validateMSPs() error {
	listed, owner := map[string]bool{}, map[string]string{}
	for i, msp := range t.MSPs {
		at := fmt.Sprintf("trust.msps[%d]", i)
		if msp.ID == "" || len(msp.RootCertificates) == 0 {
			return refuse(ReasonTrustMalformed, at, "an organisation needs an id and certificates")
		}
		if listed[msp.ID] {
			return refuse(ReasonTrustMalformed, at, "organisation %q is listed twice", msp.ID)
		}
		listed[msp.ID] = true
		for _, certificate := range msp.RootCertificates {
			raw, err := parseAuthority(certificate)
			if err != nil {
				return refuse(ReasonTrustMalformed, at, "%w", err)
			}
			if other, taken := owner[raw]; taken {
				return refuse(ReasonTrustMalformed, at, "organisations %q and %q share a certificate", other, msp.ID)
			}
			owner[raw] = msp.ID
		}
	}
	return nil
}

// parseAuthority returns the DER bytes of one CA certificate.
func parseAuthority(text string) (string, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return "", errors.New("not one PEM certificate")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", err
	}
	if !certificate.IsCA {
		return "", errors.New("not the certificate of an authority")
	}
	return string(certificate.Raw), nil
}

// roots returns the certificates of an organisation as one PEM text, empty when
// the organisation is not trusted.
func (t Trust) roots(mspID string) string {
	for _, msp := range t.MSPs {
		if msp.ID == mspID {
			return strings.Join(msp.RootCertificates, "\n")
		}
	}
	return ""
}
