package statementfile

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/services/settlement"
)

// WriteCSV writes the lines of a statement by RFC 4180, with a head. Amounts are decimal, times RFC 3339 in UTC.
func WriteCSV(w io.Writer, lines []settlement.SpanLine) error {
	out := csv.NewWriter(w)
	records := [][]string{{"account", "number", "time", "kind", "transfer", "amount", "balance_after", "description", "value_time", "late_for"}}
	for _, l := range lines {
		record := []string{
			string(l.Account), strconv.FormatInt(l.Seq, 10), l.CreateTime.UTC().Format(time.RFC3339Nano), string(l.Kind), l.TransferID,
			l.Amount.String(), l.BalanceAfter.String(), l.Description, "", "",
		}
		if !l.ValueTime.IsZero() {
			record[8] = l.ValueTime.UTC().Format(time.RFC3339Nano)
		}
		if l.LateFor != 0 {
			record[9] = "cycles/" + strconv.FormatInt(l.LateFor, 10)
		}
		records = append(records, record)
	}
	if err := out.WriteAll(records); err != nil {
		return fmt.Errorf("statementfile: %w", err)
	}
	return nil
}
