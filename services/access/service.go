package access

import (
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// Options are what a Service is made of.
type Options struct {
	Store    Store
	Ledger   Ledger
	Registry Registry
	// Platform is the organisation by which the platform submits, such as "msp:OemMSP". It registers capsules on behalf of writers
	// that have no key.
	Platform access.Identity
	// Recovery is the expression that new policies have for recover, such as "2 of (member:a, member:b, member:c)".
	Recovery access.Expression
	Now      func() time.Time
}

// Service offers the use cases.
type Service struct{ Options }

// NewService returns a Service.
func NewService(o Options) *Service { return &Service{o} }

func (s *Service) millis() int64 { return s.Now().UnixMilli() }
