package eventlist_test

import (
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/eventlist"
)

// The ledger's policies give access by classes of events, and the ledger knows nothing of the repository.
func TestPoliciesKnowTheClasses(t *testing.T) {
	var classes []access.Class
	for _, c := range eventlist.Classes() {
		classes = append(classes, access.Class(c))
	}
	slices.Sort(classes)
	if !slices.Equal(classes, access.Classes()) {
		t.Errorf("policies know %v, events are of %v", access.Classes(), classes)
	}
}
