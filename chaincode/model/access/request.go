package access

import (
	"math"
	"slices"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const (
	requestFormat    = "pcc-read-request/v1"
	revocationFormat = "pcc-revocation/v1"
)

// Limits of a request.
const (
	MaxRequestAge  = 90 * 24 * time.Hour // from recording to expiry
	MaxAnswers     = 10_000              // of one trustee to one request
	MaxPaidIDBytes = 64
	RequestsPerDay = 1024 // of one member, in a day of UTC
)

// KEM is how what is for the reader is sealed. The list is closed.
type KEM string

// The ways of sealing, by HPKE.
const (
	X25519 KEM = "x25519" // key of 32 bytes
	XWing  KEM = "xwing"  // ML-KEM-768 and X25519, key of 1216 bytes
)

const (
	x25519Bytes = 32
	xwingBytes  = 1184 + x25519Bytes
)

// keyBytes is the length of a public key, or 0 of an unknown KEM.
func (k KEM) keyBytes() int { return map[KEM]int{X25519: x25519Bytes, XWing: xwingBytes}[k] }

// ReadRequest asks for the confidential data of one class under one policy.
type ReadRequest struct {
	Policy          PolicyID
	PolicyVersion   uint64 // the latest when it is recorded
	Class           Class
	Reader          string // member id; it signs the request
	KEM             KEM
	ReaderKey       []byte // public, of the KEM; a new one for each request
	Purpose         Purpose
	ExpiryUnixMilli int64 // from then on nobody answers
	MaxAnswers      uint64
	Nonce           [NonceBytes]byte
	PaidRead        string // id of the read that is paid, a-z, 0-9 and '-', or empty
}

// Canonical returns the one encoding of r:
//
//	pcc-read-request/v1
//	<policy id>
//	<policy version>
//	<class>
//	<reader>
//	<KEM> <reader's key, base64>
//	<purpose>
//	<expiry, milliseconds>
//	<answers of each trustee at most>
//	<nonce, base64>
//	<paid read, or ->
func (r ReadRequest) Canonical() ([]byte, error) { return canonicalText(r, MaxRecordBytes) }

// Hash returns the SHA-256 of r's canonical text, or the error of Canonical. In
// hexadecimal it is the request's id.
func (r ReadRequest) Hash() (model.Hash, error) { return hashOf(r, MaxRecordBytes) }

// ParseReadRequest decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseReadRequest(text []byte) (ReadRequest, error) {
	return parse(text, requestFormat, MaxRecordBytes, readRequest)
}

func readRequest(l *canonical.Lines) ReadRequest {
	r := ReadRequest{
		Policy: PolicyID(l.Next("policy id")), PolicyVersion: l.Uint("policy version"), Class: Class(l.Next("class")),
		Reader: l.Next("reader"),
	}
	key := l.Fields("reader's key", 2)
	r.KEM, r.ReaderKey = KEM(key[0]), l.ParseBytes("reader's key", key[1])
	r.Purpose, r.ExpiryUnixMilli, r.MaxAnswers = Purpose(l.Next("purpose")), l.Int("expiry"), l.Uint("answers")
	r.Nonce, r.PaidRead = readNonce(l), l.Next("paid read")
	if r.PaidRead == none {
		r.PaidRead = ""
	}
	return r
}

func (r ReadRequest) encode() string {
	paid := r.PaidRead
	if paid == "" {
		paid = none
	}
	return text(requestFormat, string(r.Policy), decimal(r.PolicyVersion), string(r.Class), r.Reader,
		string(r.KEM)+" "+encode64(r.ReaderKey), string(r.Purpose), decimal(r.ExpiryUnixMilli), decimal(r.MaxAnswers),
		encode64(r.Nonce[:]), paid)
}

func (r ReadRequest) validate() error {
	switch {
	case !r.Policy.Valid() || r.PolicyVersion == 0:
		return malformed("request: malformed policy")
	case !slices.Contains(Classes(), r.Class):
		return malformed("request: unknown class")
	case !isMemberID(r.Reader):
		return malformed("request: malformed reader")
	case len(r.ReaderKey) == 0 || len(r.ReaderKey) != r.KEM.keyBytes():
		return malformed("request: malformed reader's key")
	case !slices.Contains(Purposes(), r.Purpose):
		return malformed("request: unknown purpose")
	case r.ExpiryUnixMilli <= 0 || r.ExpiryUnixMilli > math.MaxInt64/2:
		return malformed("request: expiry is out of range")
	case r.MaxAnswers == 0 || r.MaxAnswers > MaxAnswers:
		return malformed("request: %d answers, at least 1 and at most %d are allowed", r.MaxAnswers, MaxAnswers)
	case r.PaidRead == none || r.PaidRead != "" && !canonical.IsName(r.PaidRead, MaxPaidIDBytes, canonical.IsIDByte):
		return malformed("request: malformed paid read")
	}
	return nil
}

// CheckTime returns nil if the request may be recorded at a time in milliseconds:
// its expiry is later, and not by more than MaxRequestAge. Else it is a
// REQUEST_EXPIRED.
func (r ReadRequest) CheckTime(at int64) error {
	if r.ExpiryUnixMilli <= at {
		return model.Errorf(model.ReasonRequestExpired, "the request has expired")
	}
	if r.ExpiryUnixMilli-at > MaxRequestAge.Milliseconds() {
		return model.Errorf(model.ReasonRequestExpired, "the request would last for more than %d days", MaxRequestAge/(24*time.Hour))
	}
	return nil
}

// Revocation ends a request. It is signed by those who satisfy the policy's rule for
// revoke, or by the request's reader.
type Revocation struct {
	Request model.Hash
}

// Canonical returns the one encoding of r:
//
//	pcc-revocation/v1
//	<request id>
func (r Revocation) Canonical() ([]byte, error) { return canonicalText(r, MaxRecordBytes) }

// Hash returns the SHA-256 of r's canonical text, or the error of Canonical.
func (r Revocation) Hash() (model.Hash, error) { return hashOf(r, MaxRecordBytes) }

// ParseRevocation decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseRevocation(text []byte) (Revocation, error) {
	return parse(text, revocationFormat, MaxRecordBytes, func(l *canonical.Lines) Revocation {
		return Revocation{Request: readHex(l, "request id")}
	})
}

func (r Revocation) encode() string { return text(revocationFormat, r.Request.String()) }

func (r Revocation) validate() error {
	if r.Request.IsZero() {
		return malformed("revocation: no request")
	}
	return nil
}
