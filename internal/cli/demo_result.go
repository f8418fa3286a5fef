package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"text/tabwriter"

	"github.com/pcc-platform/pcc/internal/importer"
)

// demoResult is the demonstration's summary, and with --json its last line. Every row of the history is accounted for:
// rows_read = events_accepted + events_duplicate + events_rejected.
type demoResult struct {
	Vehicles        int            `json:"vehicles"`
	RowsRead        int            `json:"rows_read"`
	EventsSent      int            `json:"events_sent"`
	EventsAccepted  int            `json:"events_accepted"`
	EventsDuplicate int            `json:"events_duplicate"`
	EventsRejected  int            `json:"events_rejected"`
	Rejections      map[string]int `json:"rejections"`
	EpochsAnchored  int64          `json:"epochs_anchored"`
	FabricHeight    int64          `json:"fabric_height"`
	EndorsingMSPs   []string       `json:"endorsing_msps"`
	CosignedBy      []string       `json:"cosigned_by"` // witnesses of the epoch that covers the import
	ProofVerified   bool           `json:"proof_verified"`
	TamperedRefused int            `json:"tampered_refused"`
	ReadPrice       string         `json:"read_price"`
	BalancesZeroSum bool           `json:"balances_zero_sum"`
	Seconds         demoSeconds    `json:"seconds"`

	passport string
}

type demoSeconds struct {
	Build  float64 `json:"build"`
	Start  float64 `json:"start"`
	Import float64 `json:"import"`
	Anchor float64 `json:"anchor"`
}

// rounded keeps milliseconds.
func rounded(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

func (r *demoResult) addImport(s importer.Sums) {
	r.Vehicles, r.RowsRead, r.EventsSent = s.Vehicles, s.RowsRead, s.Sent
	r.EventsAccepted, r.EventsDuplicate, r.EventsRejected = s.Accepted, s.Duplicates, s.RejectedTotal()
	r.Rejections, r.passport = s.Rejected, s.Largest
}

// summarise prints the table, where to go next, and with --json the result.
func (d *demo) summarise(context.Context) error {
	info, err := d.layout.LoadInfo()
	if err != nil {
		return err
	}
	env := d.quiet()
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	row := func(what string, value any) { _, _ = fmt.Fprintf(w, "  %s\t%v\n", what, value) }
	r := &d.result
	row("vehicles", r.Vehicles)
	row("rows read", r.RowsRead)
	row("events sent", r.EventsSent)
	row("events accepted", r.EventsAccepted)
	row("events known before", r.EventsDuplicate)
	row("events rejected", r.EventsRejected)
	for _, reason := range sortedKeys(r.Rejections) {
		row("  "+reason, r.Rejections[reason])
	}
	row("epochs anchored", r.EpochsAnchored)
	row("ledger height", r.FabricHeight)
	row("endorsed by", r.EndorsingMSPs)
	row("cosigned by", r.CosignedBy)
	row("proof verified offline", r.ProofVerified)
	row("forgeries refused", fmt.Sprintf("%d of 3", r.TamperedRefused))
	row("price of the report", r.ReadPrice+" PCC_token")
	row("balances add up to zero", r.BalancesZeroSum)
	row("seconds", fmt.Sprintf("build %.1f, start %.1f, import %.1f, anchor %.1f", r.Seconds.Build, r.Seconds.Start, r.Seconds.Import, r.Seconds.Anchor))
	if err := w.Flush(); err != nil {
		return err
	}
	d.say("")
	printWhere(env, d.layout, info)
	if !d.flags.json {
		return nil
	}
	return json.NewEncoder(d.env.stdout).Encode(r)
}
