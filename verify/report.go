package verify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// Report says what a document that was not refused has shown.
type Report struct {
	Passport string `json:"passport"`
	Events   int    `json:"events"`
	// EpochNumber and EpochHash identify the record on the ledger; the hash is hexadecimal.
	EpochNumber uint64 `json:"epoch_number"`
	EpochHash   string `json:"epoch_hash"`
	// AsOf is the time in the endorsed record. The document shows nothing newer.
	AsOf time.Time `json:"as_of"`
	// EndorsedBy are the organisations of the trust list that signed the record.
	EndorsedBy []string `json:"endorsed_by"`
	// NotCounted are organisations that signed but are not on the trust list.
	NotCounted []string `json:"not_counted"`
	// Checks says in plain words what was checked and holds.
	Checks []string `json:"checks"`
	// Claims are statements of the document that nothing in it proves.
	Claims []Claim `json:"claims"`
	// Limits says in plain words what no check of this document can show.
	Limits []string `json:"limits"`
}

// Claim is a field of the document that is not proven.
type Claim struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Age is how old the newest event in the document can be at the time now.
func (r Report) Age(now time.Time) time.Duration { return now.Sub(r.AsOf) }

func newReport(d Document, epoch model.EpochRecord, by endorsers, trust Trust) (Report, error) {
	hash, err := epoch.Hash()
	if err != nil {
		return Report{}, refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	r := Report{
		Passport: d.Passport, Events: len(d.Events),
		EpochNumber: epoch.Number, EpochHash: hash.String(), AsOf: time.UnixMilli(epoch.TimeUnixMilli).UTC(),
		EndorsedBy: by.trusted, NotCounted: by.others,
		Limits: limits(),
	}
	r.Checks = []string{
		fmt.Sprintf("Peers of %d organisations you trust (%s; you ask for %d) signed epoch %d, hash %s, as a result of chaincode %q.",
			len(by.trusted), strings.Join(by.trusted, ", "), trust.MinEndorsements, epoch.Number, r.EpochHash, trust.Chaincode),
		fmt.Sprintf("The size and root of each of the %d journal streams used stand in that epoch.", len(d.Streams)),
		fmt.Sprintf("Each of the %d events is in its stream, at the number shown, byte for byte, as an event of the vehicle with the document's tag and of its class, and none is shown twice.", len(d.Events)),
		fmt.Sprintf("What is shown of each event is what its journaled bytes say, and each belongs to %s.", d.Passport),
	}
	r.Claims = []Claim{
		{"generated_at", d.GeneratedAt.Format(time.RFC3339Nano)},
		{"epoch.transaction.id", d.Epoch.Transaction.ID},
		{"epoch.transaction.channel", d.Epoch.Transaction.Channel},
		{"epoch.transaction.block", strconv.FormatUint(d.Epoch.Transaction.Block, 10)},
	}
	return r, nil
}

func limits() []string {
	return []string{
		"Completeness: events of this vehicle may exist that were never submitted, or that were left out of this document.",
		"Truth: an event says what its source reported. That the report is right is not shown; its quality index is the platform's estimate.",
		"Vehicle: all events are of the vehicle with the document's tag. That the tag is that of a certain VIN is not shown.",
		"Ordering: an endorsement is made before a transaction is ordered. It shows that the organisation's peer found this record to be the valid next epoch on its own ledger, not that the ledger then kept it: ask a peer for the epoch by its number and compare the hash.",
		"Place: the transaction's id, channel and block are not under the signatures; they only say where to look.",
		"Freshness: nothing after the epoch's time is covered, and a newer epoch may exist.",
	}
}
