package access

import (
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// Name is the contract's name; a client calls "access:SubmitRequest".
const Name = "access"

// EventRequested is the event of every recorded request; its payload is "<id>".
const EventRequested = "read-requested"

// Sizes of pages.
const (
	PageSize        = 50  // of lists
	AnswersPageSize = 500 // of ListAnswers
)

// Prefixes of keys.
const (
	keys         = "access/key/"
	policies     = "access/policy/"
	consents     = "access/consent/"
	withdrawals  = "access/withdrawal/"
	requests     = "access/request/"
	requestsOf   = "access/request-of/"
	requestDays  = "access/request-day/"
	revocations  = "access/revocation/"
	capsules     = "access/capsule/"
	trustees     = "access/trustee/"
	proposals    = "access/key-proposal/"
	keySets      = "access/key-set/"
	answers      = "access/answer/"
	confidential = "access/confidential"
)

// Contract holds the transactions.
type Contract struct {
	contractapi.Contract
	clock func() time.Time // the peer's
}

// New returns the contract under its Name, of a peer with the clock.
func New(clock func() time.Time) *Contract {
	return &Contract{Contract: contractapi.Contract{Name: Name}, clock: clock}
}

// GetEvaluateTransactions names the transactions that only read.
func (*Contract) GetEvaluateTransactions() []string {
	return []string{
		"GetAccessKey", "ListAccessKeys", "GetPolicy", "GetPolicyVersion", "GetRequest", "ListRequests", "ListAnswers", "CheckRequest",
		"GetCapsules", "GetTrustee", "ListTrustees", "GetKeyProposal", "GetKeySet", "GetKeySetEpoch", "ListKeySets", "GetConfidentialTable",
	}
}
