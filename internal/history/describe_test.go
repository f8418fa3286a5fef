package history_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/history"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

func idOf(t *testing.T, e history.Event, scope string) string {
	t.Helper()
	id, _, err := e.Resolve(scope)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// describe writes an event on one line: time, precision, kind, mileage, and what else the kind has.
func describe(e history.Event) string {
	parts := []string{e.Time.Format("2006-01-02T15:04:05"), string(e.Precision), string(e.Message.ProtoReflect().Descriptor().Name())}
	if m, ok := e.Message.(interface{ GetOdometer() *eventsv1.Odometer }); ok && m.GetOdometer() != nil {
		parts = append(parts, mileage(m.GetOdometer()))
	}
	switch m := e.Message.(type) {
	case *eventsv1.Inspection:
		parts = append(parts, strings.TrimPrefix(m.GetNature().String(), "INSPECTION_NATURE_")+"/"+strings.TrimPrefix(m.GetResult().String(), "INSPECTION_RESULT_"))
	case *eventsv1.ChargeSession:
		parts = append(parts, fmt.Sprintf("%d Wh in %s", m.GetEnergyWh(), m.GetDuration().AsDuration()))
	case *eventsv1.BatteryMeasurement:
		parts = append(parts, "health "+known(m.StateOfHealthPermille), "charge "+known(m.StateOfChargePermille))
	case *eventsv1.Incident:
		if m.AirbagsDeployed == nil {
			parts = append(parts, "airbags ?")
		}
	case *eventsv1.TroubleCodesReported:
		parts = append(parts, strings.Join(m.GetCodes(), ","))
	case *eventsv1.ClaimOpened:
		parts = append(parts, m.GetClaimReference())
	case *eventsv1.Repair:
		parts = append(parts, strings.Join(m.GetOperations(), "; "))
	case *eventsv1.PartChange:
		parts = append(parts, fmt.Sprintf("%s -%s +%s %s", strings.TrimPrefix(m.GetKind().String(), "PART_KIND_"), m.GetRemovedSerial(), m.GetInstalledSerial(), m.GetPartNumber()))
	case *eventsv1.Correction:
		parts = append(parts, m.GetReason())
	}
	return strings.Join(parts, " ")
}

func known(permille *int32) string {
	if permille == nil {
		return "?"
	}
	return strconv.Itoa(int(*permille))
}

func mileage(o *eventsv1.Odometer) string {
	text := o.GetRawValue() + " " + strings.TrimPrefix(o.GetRawUnit().String(), "ODOMETER_UNIT_") + " " +
		strings.TrimPrefix(o.GetProvenance().String(), "PROVENANCE_")
	if o.GetVssVersion() != "" {
		text += " VSS " + o.GetVssVersion()
	}
	return text
}

// rejections writes the rejected rows of records as line.row code.
func rejections(records []history.Record) []string {
	var all []string
	for _, record := range records {
		for _, r := range record.Rejections {
			all = append(all, fmt.Sprintf("%d.%d %s", r.Line, r.Row, r.Code))
		}
	}
	return all
}

// events writes the accepted rows of records, with where they stand.
func events(records []history.Record) []string {
	var all []string
	for _, record := range records {
		for _, e := range record.Events {
			all = append(all, fmt.Sprintf("%d.%d %s", e.Line, e.Row, describe(e)))
		}
	}
	return all
}
