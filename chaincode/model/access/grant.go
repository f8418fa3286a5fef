package access

import (
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const grantFormat = "pcc-grant/v1"

// MaxGrantBytes bounds a grant: a request and the identities of its signatures and
// consents.
const MaxGrantBytes = 2 * MaxRecordBytes

// MaxConsents bounds the consents of one request.
const MaxConsents = 4

// Grant is a request as the ledger recorded it.
type Grant struct {
	TimeUnixMilli int64     // of the transaction
	Holdings      []Holding // satisfied identities, in byte order, each once
	Request       ReadRequest
}

// Holding is one identity that counts for a request.
type Holding struct {
	Identity        Identity
	Consent         model.Hash // the consent that it counts by; zero if it signed or submitted itself
	ExpiryUnixMilli int64      // of the consent; zero else
}

// Canonical returns the one encoding of g:
//
//	pcc-grant/v1
//	<time, milliseconds>
//	<identity> <consent, hexadecimal, or -> <expiry, milliseconds, or 0>     (one line each)
//	                                                                         (an empty line)
//	<canonical text of the request>
func (g Grant) Canonical() ([]byte, error) { return canonicalText(g, MaxGrantBytes) }

// ParseGrant decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseGrant(text []byte) (Grant, error) {
	return parse(text, grantFormat, MaxGrantBytes, func(l *canonical.Lines) Grant {
		g := Grant{TimeUnixMilli: l.Int("time")}
		for line := l.Next("holding"); line != "" && l.Err() == nil; line = l.Next("holding") {
			g.Holdings = append(g.Holdings, parseHolding(l, line))
		}
		request, err := ParseReadRequest(l.Rest())
		if err != nil {
			l.Fail(err.Error())
		}
		g.Request = request
		return g
	})
}

func parseHolding(l *canonical.Lines, line string) Holding {
	f := strings.Split(line, " ")
	if len(f) != 3 {
		l.Fail("a holding does not have 3 fields")
		return Holding{}
	}
	h := Holding{Identity: Identity(f[0]), ExpiryUnixMilli: l.ParseInt("expiry", f[2])}
	if f[1] != none {
		h.Consent = parseHex(l, "consent", f[1])
	}
	return h
}

func (g Grant) encode() string {
	lines := []string{grantFormat, decimal(g.TimeUnixMilli)}
	for _, h := range g.Holdings {
		consent := none
		if !h.Consent.IsZero() {
			consent = h.Consent.String()
		}
		lines = append(lines, string(h.Identity)+" "+consent+" "+decimal(h.ExpiryUnixMilli))
	}
	return text(append(lines, "")...) + g.Request.encode()
}

func (g Grant) validate() error {
	if g.TimeUnixMilli <= 0 {
		return malformed("grant: no time")
	}
	for i, h := range g.Holdings {
		switch {
		case !h.Identity.Valid():
			return malformed("grant: malformed identity")
		case i > 0 && g.Holdings[i-1].Identity >= h.Identity:
			return malformed("grant: identities are not in order, each once")
		case h.Consent.IsZero() != (h.ExpiryUnixMilli == 0):
			return malformed("grant: a consent has an expiry, and nothing else has")
		}
	}
	return g.Request.validate()
}

// Standing says which identities of a grant still count, see Grant.Check.
type Standing struct {
	Active    func(member string) (bool, error)                      // whether the member is active
	Withdrawn func(consent model.Hash, owner Identity) (bool, error) // whether the owner withdrew the consent
}

// Check returns nil if who asks may be answered at a time in milliseconds under the
// latest version of the policy: the request has not expired, its reader is active, and
// the version permits it to those who signed and still count. Else it is a
// REQUEST_EXPIRED, a MEMBER_NOT_ACTIVE, an error of Policy.Permit or one of the
// functions. That the request was revoked is not seen here.
//
// If a consent that counted no longer does, and the rest does not suffice, the error
// says CONSENT_WITHDRAWN or CONSENT_EXPIRED.
func (g Grant) Check(latest *Policy, at int64, load Load, standing Standing) error {
	if g.Request.ExpiryUnixMilli <= at {
		return model.Errorf(model.ReasonRequestExpired, "the request has expired")
	}
	active, err := standing.Active(g.Request.Reader)
	if err != nil {
		return err
	}
	if !active {
		return model.Errorf(model.ReasonNotActive, "the reader is not active")
	}
	have, lapsed, err := g.counting(at, standing)
	if err != nil {
		return err
	}
	err = latest.Permit(Read(g.Request.Class), g.Request.Purpose, have, at, load)
	if model.ReasonOf(err) == model.ReasonActionDenied && lapsed != nil {
		return lapsed
	}
	return err
}

// counting returns the identities that still count, and why the last consent that does
// not does not.
func (g Grant) counting(at int64, standing Standing) (have Identities, lapsed *model.Error, err error) {
	for _, h := range g.Holdings {
		counts := true
		if member, ok := h.Identity.MemberID(); ok {
			if counts, err = standing.Active(member); err != nil {
				return nil, nil, err
			}
		}
		if !h.Consent.IsZero() {
			withdrawn, err := standing.Withdrawn(h.Consent, h.Identity)
			if err != nil {
				return nil, nil, err
			}
			switch {
			case withdrawn:
				counts, lapsed = false, model.Errorf(model.ReasonConsentWithdrawn, "the consent was withdrawn")
			case h.ExpiryUnixMilli <= at:
				counts, lapsed = false, model.Errorf(model.ReasonConsentExpired, "the consent has expired")
			}
		}
		if counts {
			have = append(have, h.Identity)
		}
	}
	return have, lapsed, nil
}
