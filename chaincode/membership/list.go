package membership

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
)

// PageSize is the number of members in one answer of ListMembers.
const PageSize = 100

// ListMembers returns the latest versions, as canonical texts, of at most
// PageSize members that follow the member with id after; "" starts at the first.
// The order is that of the keys. A page shorter than PageSize is the last.
func (c *Contract) ListMembers(ctx contractapi.TransactionContextInterface, after string) ([]string, error) {
	return ledger.LastOfEach(ctx.GetStub(), memberPrefix, after, PageSize)
}
