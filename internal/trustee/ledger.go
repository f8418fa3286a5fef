package trustee

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// Ledger is the ledger as the trustee's own peer has committed it. Refusals of the contract are *apperr.Error with the
// contract's reason; a record that is not there is ErrNotOnLedger.
type Ledger interface {
	// CheckRequest returns the grant of a request that may be answered at a time.
	CheckRequest(ctx context.Context, id model.Hash, at time.Time) (access.Grant, error)
	// Registered reports whether all capsules are registered.
	Registered(ctx context.Context, capsules []model.Hash) (bool, error)
	// RecordAnswers adds to what the trustee answered.
	RecordAnswers(ctx context.Context, answers access.Answers, signatures access.Signatures) error

	// Trustees returns the latest version of each.
	Trustees(ctx context.Context) ([]access.Trustee, error)
	// Proposal returns the last proposal for a key.
	Proposal(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeyProposal, error)
	// KeySet returns the latest epoch of a key.
	KeySet(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error)
	// PublishKeySet adds an epoch, which all of its trustees have signed.
	PublishKeySet(ctx context.Context, set access.KeySet, signatures access.Signatures) error
}
