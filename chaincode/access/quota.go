package access

import (
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// lanes are how many requests of a member can enter one block without a conflict, if
// their ids choose well.
const lanes = 32

const perLane = access.RequestsPerDay / lanes

const dayMillis = int64(24 * time.Hour / time.Millisecond)

// count books the request on the reader's day: in the lane that the id's first byte
// chooses, or in the next that has room. Which has the fewest is not asked: that would
// read, and so conflict with, all of them.
func (tx *transaction) count(reader string, id model.Hash) error {
	day := fmt.Sprintf("%s%s/%d", requestDays, reader, tx.at/dayMillis)
	for i := range lanes {
		lane := fmt.Sprintf("%s/%02d", day, (int(id[0])+i)%lanes)
		used, _, err := ledger.Latest(tx.GetStub(), lane)
		if err != nil {
			return err
		}
		if used < perLane {
			return tx.put(ledger.Key(lane, used+1), []byte(id.String()))
		}
	}
	return model.Errorf(model.ReasonQuotaExceeded, "member %s has used up its %d requests of the day", reader, access.RequestsPerDay)
}
