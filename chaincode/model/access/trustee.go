package access

import (
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const (
	trusteeFormat = "pcc-trustee/v1"
	answersFormat = "pcc-answers/v1"
)

// Limits of what is of trustees.
const (
	MaxTrusteeIDBytes = 32
	MaxAddressBytes   = 128
	MaxAnswerLines    = 500       // answers in one batch
	MaxAnswersBytes   = 128 << 10 // of their text
)

// Trustee is one version of a holder of shares. Its member registers it, with a
// signature by the trustee's key.
type Trustee struct {
	ID              string     // a-z, 0-9 and '-', at most MaxTrusteeIDBytes
	Member          string     // member id; it never changes
	Version         uint64     // 1 for the first, then without gaps
	SigningKey      Identity   // an Ed25519 key
	ExchangeKey     [32]byte   // canonical encoding of a ristretto255 element, to which others encrypt its shares
	TransportSHA256 model.Hash // SHA-256 of the DER certificate by which it speaks TLS
	Address         string     // host:port
}

// Canonical returns the one encoding of t:
//
//	pcc-trustee/v1
//	<id>
//	<member id>
//	<version>
//	<signing key>
//	<exchange key, base64>
//	<SHA-256 of the transport certificate, base64>
//	<address>
func (t Trustee) Canonical() ([]byte, error) { return canonicalText(t, MaxRecordBytes) }

// Hash returns the SHA-256 of t's canonical text, or the error of Canonical.
func (t Trustee) Hash() (model.Hash, error) { return hashOf(t, MaxRecordBytes) }

// ParseTrustee decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseTrustee(text []byte) (Trustee, error) {
	return parse(text, trusteeFormat, MaxRecordBytes, func(l *canonical.Lines) Trustee {
		return Trustee{
			ID: l.Next("id"), Member: l.Next("member"), Version: l.Uint("version"), SigningKey: Identity(l.Next("signing key")),
			ExchangeKey: l.Digest("exchange key"), TransportSHA256: l.Digest("transport certificate"), Address: l.Next("address"),
		}
	})
}

func (t Trustee) encode() string {
	return text(trusteeFormat, t.ID, t.Member, decimal(t.Version), string(t.SigningKey), encode64(t.ExchangeKey[:]),
		encode64(t.TransportSHA256[:]), t.Address)
}

func (t Trustee) validate() error {
	switch {
	case !isTrusteeID(t.ID):
		return malformed("trustee: malformed id")
	case !isMemberID(t.Member):
		return malformed("trustee: malformed member id")
	case t.Version == 0:
		return malformed("trustee: versions are numbered from 1")
	case !t.SigningKey.IsKey() || !strings.HasPrefix(string(t.SigningKey), ed25519Prefix):
		return malformed("trustee: the signing key is no Ed25519 key")
	case t.ExchangeKey == [32]byte{}:
		return malformed("trustee: the exchange key is zero, the identity")
	case t.TransportSHA256.IsZero():
		return malformed("trustee: no transport certificate")
	case !canonical.IsName(t.Address, MaxAddressBytes, isAddressByte) || !strings.Contains(t.Address, ":"):
		return malformed("trustee: malformed address")
	}
	return nil
}

func isTrusteeID(id string) bool { return canonical.IsName(id, MaxTrusteeIDBytes, canonical.IsIDByte) }

func isAddressByte(c byte) bool { return canonical.IsMSPByte(c) || strings.IndexByte(":[]", c) >= 0 }

// Answers are what a trustee says to have answered, in the order of requests and
// hashes, each once. It is signed by the trustee's key.
type Answers struct {
	Trustee string
	Lines   []Answer
}

// Answer is one answer of a trustee.
type Answer struct {
	Request model.Hash
	SHA256  model.Hash // of the sealed answer
}

// Canonical returns the one encoding of a, which is not empty:
//
//	pcc-answers/v1
//	<trustee id>
//	<request id> <SHA-256 of the answer, hexadecimal>     (one line each)
func (a Answers) Canonical() ([]byte, error) { return canonicalText(a, MaxAnswersBytes) }

// Hash returns the SHA-256 of a's canonical text, or the error of Canonical.
func (a Answers) Hash() (model.Hash, error) { return hashOf(a, MaxAnswersBytes) }

// ParseAnswers decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseAnswers(text []byte) (Answers, error) {
	return parse(text, answersFormat, MaxAnswersBytes, func(l *canonical.Lines) Answers {
		a := Answers{Trustee: l.Next("trustee")}
		for l.More() && len(a.Lines) <= MaxAnswerLines {
			f := l.Fields("answer", 2)
			a.Lines = append(a.Lines, Answer{Request: parseHex(l, "request id", f[0]), SHA256: parseHex(l, "answer", f[1])})
		}
		return a
	})
}

func (a Answers) encode() string {
	lines := []string{answersFormat, a.Trustee}
	for _, one := range a.Lines {
		lines = append(lines, one.encode())
	}
	return text(lines...)
}

func (a Answer) encode() string { return a.Request.String() + " " + a.SHA256.String() }

func (a Answers) validate() error {
	switch {
	case !isTrusteeID(a.Trustee):
		return malformed("answers: malformed trustee")
	case len(a.Lines) == 0 || len(a.Lines) > MaxAnswerLines:
		return malformed("answers: %d of them, at least 1 and at most %d are allowed", len(a.Lines), MaxAnswerLines)
	}
	for i, one := range a.Lines {
		if one.Request.IsZero() || one.SHA256.IsZero() || i > 0 && a.Lines[i-1].encode() >= one.encode() {
			return malformed("answers: not in order, each once, at %d", i+1)
		}
	}
	return nil
}
