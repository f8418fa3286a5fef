package api

import (
	"strconv"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
)

// Cycles serves pcc.settlement.v1.CycleService.
type Cycles struct {
	settlementv1.UnimplementedCycleServiceServer
	Closer *settlement.Closer
}

// cycleOf returns the number of a cycle; no cycle has a name of another form.
func cycleOf(name string) (int64, error) {
	id, err := aip.ID(name, cycles, "name")
	if err != nil {
		return 0, settlement.ErrCycleNotFound
	}
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, settlement.ErrCycleNotFound
	}
	return number, nil
}

func cycleName(number int64) string { return nameOf(cycles, strconv.FormatInt(number, 10)) }

func cycleMessage(c settlement.Close) *settlementv1.Cycle {
	return &settlementv1.Cycle{
		Name: cycleName(c.Number), StartTime: timestamppb.New(c.Start), EndTime: timestamppb.New(c.End), CloseTime: timestamppb.New(c.CloseTime),
		Covered: c.Covered(), Total: c.Total().String(), Reserve: c.Reserve.String(), Statement: c.Statement,
		Unconfirmed: c.Unconfirmed.String(), Credit: c.Credit.String(), Root: c.Root.Hash[:],
	}
}
