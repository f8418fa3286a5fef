package access

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// Ownership is a passport's present ownership period.
type Ownership struct {
	// Vehicle is the vault's handle, "vehicles/<uuid>".
	Vehicle string
	Period  int
	// Steward is the id of the member that serves the holder.
	Steward string
}

// Registry knows who holds a vehicle through whom.
type Registry interface {
	// Ownership returns the present period of a passport, given by its id, or ErrPassportNotFound.
	Ownership(ctx context.Context, passport string) (Ownership, error)
}

// Ledger is the contract. Its refusals are *model.Error; ErrLedgerUnavailable says that it was not reached, and that what was
// submitted may be written or not. Texts are canonical, signatures are in the form of access.Signatures.
type Ledger interface {
	CreatePolicy(ctx context.Context, text string) error
	EvolvePolicy(ctx context.Context, text, signatures string) error
	RecoverPolicy(ctx context.Context, text, signatures string) error
	Policy(ctx context.Context, id access.PolicyID) (access.Policy, error)
	PolicyVersion(ctx context.Context, id access.PolicyID, version uint64) (access.Policy, error)
	RecordConsent(ctx context.Context, hash model.Hash) error
	WithdrawConsent(ctx context.Context, text, signatures string) error
	SubmitRequest(ctx context.Context, s Submission) error
	RevokeRequest(ctx context.Context, text, signatures string) error
	Request(ctx context.Context, id model.Hash) (Recorded, error)
	// Requests returns a page of those under a policy that follow after, zero for the first; last says that no other follows.
	Requests(ctx context.Context, policy access.PolicyID, after model.Hash) (page []Recorded, last bool, err error)
	// Answers returns at most a page of what trustees recorded for a request.
	Answers(ctx context.Context, request model.Hash) ([]Answer, error)
	// CheckRequest returns the grant of a request that may be answered at a time; see the contract.
	CheckRequest(ctx context.Context, id model.Hash, at time.Time) (access.Grant, error)
	RegisterCapsules(ctx context.Context, text, signatures string) error
	// Registered returns those of at most access.MaxCapsules capsules that the ledger has.
	Registered(ctx context.Context, hashes []model.Hash) ([]model.Hash, error)
	// KeySet returns the latest epoch of a collective key.
	KeySet(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error)
	Trustee(ctx context.Context, id string) (access.Trustee, error)
	ConfidentialTable(ctx context.Context) (access.ConfidentialTable, error)
}

// Store keeps which policy is of which period, and consents.
type Store interface {
	// OpenPolicy stores p unless its period has a policy, and returns the one that it then has. A new one is audited.
	OpenPolicy(ctx context.Context, p StoredPolicy) (StoredPolicy, error)
	// MarkOnLedger notes that the ledger has the policy's first version.
	MarkOnLedger(ctx context.Context, id access.PolicyID) error
	// Policy returns a policy of a passport, or ErrPolicyNotFound.
	Policy(ctx context.Context, passport string, id access.PolicyID) (StoredPolicy, error)
	// PolicyOf returns the policy of a period, or ErrPolicyNotFound.
	PolicyOf(ctx context.Context, passport string, period int) (StoredPolicy, error)
	// Policies lists at most limit of a passport, the latest period first.
	Policies(ctx context.Context, passport string, limit int) ([]StoredPolicy, error)
	// AddConsent stores a consent unless it is there, and returns what then is there. A new one is audited.
	AddConsent(ctx context.Context, c Consent) (Consent, error)
	// Consent returns a consent under a policy that the member gave or is given, or ErrConsentNotFound.
	Consent(ctx context.Context, member string, policy access.PolicyID, hash model.Hash) (Consent, error)
	// EndConsent notes when a consent was withdrawn, unless it was before, and audits it.
	EndConsent(ctx context.Context, hash model.Hash, at time.Time) error
	// Consents lists at most limit under a policy that the member gave or is given, after the key, the oldest first.
	Consents(ctx context.Context, member string, policy access.PolicyID, after ConsentKey, limit int) ([]Consent, error)
	// Audit records the caller's action on an object.
	Audit(ctx context.Context, action, object string) error
}
