package membership

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// PageSize is the number of members in one answer of ListMembers.
const PageSize = 100

// ListMembers returns the latest versions, as canonical texts, of at most
// PageSize members that follow the member with id after; "" starts at the first.
// The order is that of the keys. A page shorter than PageSize is the last.
func (c *Contract) ListMembers(ctx contractapi.TransactionContextInterface, after string) ([]string, error) {
	start := memberPrefix
	if after != "" {
		start = memberPrefix + after + afterSlash
	}
	versions, err := ctx.GetStub().GetStateByRange(start, memberPrefix[:len(memberPrefix)-1]+afterSlash)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	defer versions.Close()
	return lastOfEach(versions)
}

// lastOfEach keeps the last version of each member; a member's versions are
// adjacent and in ascending order.
func lastOfEach(versions shim.StateQueryIteratorInterface) ([]string, error) {
	page := []string{}
	var current string
	for versions.HasNext() {
		version, err := versions.Next()
		if err != nil {
			return nil, fmt.Errorf("read members: %w", err)
		}
		id, _, found := strings.Cut(strings.TrimPrefix(version.GetKey(), memberPrefix), "/")
		if !found {
			return nil, model.Errorf(model.ReasonMalformed, "malformed member key")
		}
		switch {
		case id == current:
			page[len(page)-1] = string(version.GetValue())
		case len(page) == PageSize:
			return page, nil
		default:
			current, page = id, append(page, string(version.GetValue()))
		}
	}
	return page, nil
}
