package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// Report says what a document that was not refused has shown.
type Report struct {
	Passport string `json:"passport"`
	// EpochNumber and EpochHash identify the record on the ledger; the hash is hexadecimal.
	EpochNumber uint64 `json:"epoch_number"`
	EpochHash   string `json:"epoch_hash"`
	// CompleteUpTo is the time in the endorsed record: every list is complete up to it, and the document shows nothing newer.
	CompleteUpTo time.Time `json:"complete_up_to"`
	// Lists are those of all classes, in their order.
	Lists []ListReport `json:"lists"`
	// EndorsedBy are the organisations of the trust list that signed the record.
	EndorsedBy []string `json:"endorsed_by"`
	// NotCounted are organisations that signed but are not on the trust list.
	NotCounted []string `json:"not_counted"`
	// CosignedBy are the witnesses of the trust list that cosigned the log of epochs, in the order of the note; IndexSize is
	// how many epochs the log then had.
	CosignedBy []Cosigner `json:"cosigned_by"`
	IndexSize  uint64     `json:"index_size"`
	// Checks says in plain words what was checked and holds.
	Checks []string `json:"checks"`
	// Claims are statements of the document that nothing in it proves.
	Claims []Claim `json:"claims"`
	// Limits says in plain words what no check of this document can show.
	Limits []string `json:"limits"`
}

// ListReport says how much of a complete list the document shows.
type ListReport struct {
	Class string `json:"class"`
	// Count is the length of the list, Shown how many of its events the document has.
	Count uint64 `json:"count"`
	Shown uint64 `json:"shown"`
}

// Claim is a field of the document that is not proven.
type Claim struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Events is how many events the vehicle has in all classes.
func (r Report) Events() (n uint64) {
	for _, l := range r.Lists {
		n += l.Count
	}
	return n
}

// Shown is how many of the events the document has.
func (r Report) Shown() (n uint64) {
	for _, l := range r.Lists {
		n += l.Shown
	}
	return n
}

// Age is how much time the document does not cover at the time now.
func (r Report) Age(now time.Time) time.Duration { return now.Sub(r.CompleteUpTo) }

// OfVIN returns the report of a document of which package verify/vintag has shown that its tag is that of the reader's VIN.
func (r Report) OfVIN() Report {
	r.Checks = append(slices.Clone(r.Checks), "The document's tag is that of the VIN that you gave, under the tag key that you trust.")
	r.Limits = slices.DeleteFunc(slices.Clone(r.Limits), func(limit string) bool { return limit == vehicleLimit })
	return r
}

// vehicleLimit is for readers without the VIN.
const vehicleLimit = "Vehicle: all lists are of the vehicle with the document's tag. That the tag is that of a certain VIN is not shown by these checks."

func newReport(d Document, epoch model.EpochRecord, by endorsers, log indexed, trust Trust) (Report, error) {
	hash, err := epoch.Hash()
	if err != nil {
		return Report{}, refuse(ReasonEpochMalformed, "epoch.record", "%w", err)
	}
	r := Report{
		Passport:    d.Passport,
		EpochNumber: epoch.Number, EpochHash: hash.String(), CompleteUpTo: time.UnixMilli(epoch.TimeUnixMilli).UTC(),
		EndorsedBy: by.trusted, NotCounted: by.others, CosignedBy: log.cosigners, IndexSize: log.size,
		Claims: claims(d),
	}
	for _, list := range d.Lists {
		r.Lists = append(r.Lists, reportList(list))
	}
	r.Checks, r.Limits = r.checks(trust), r.limits(trust)
	return r, nil
}

func reportList(list List) ListReport {
	if w := list.Withheld; w != nil {
		return ListReport{Class: list.Class, Count: w.Count}
	}
	r := ListReport{Class: list.Class, Count: uint64(len(list.Entries))}
	for _, e := range list.Entries {
		if e.Shown() {
			r.Shown++
		}
	}
	return r
}

func (r Report) checks(trust Trust) []string {
	checks := []string{
		fmt.Sprintf("Peers of %d organisations you trust (%s; you ask for %d) signed epoch %d, hash %s, as a result of chaincode %q.",
			len(r.EndorsedBy), strings.Join(r.EndorsedBy, ", "), trust.MinEndorsements, r.EpochNumber, r.EpochHash, trust.Chaincode),
		fmt.Sprintf("The epoch is number %d of the %d in the log that you trust.", r.EpochNumber, r.IndexSize),
	}
	if len(r.CosignedBy) > 0 {
		checks = append(checks, fmt.Sprintf("%d witnesses you trust (%s; you ask for %d) say that the log has shown them one history only.",
			len(r.CosignedBy), witnessed(r.CosignedBy), trust.MinCosignatures))
	}
	return append(checks,
		fmt.Sprintf("The lists of all %d classes of events of the vehicle with the document's tag are complete up to %s.",
			len(r.Lists), r.CompleteUpTo.Format(time.RFC3339)),
		fmt.Sprintf("What is shown of %d of the %d events is what was journaled, byte for byte; each is of its class, belongs to %s, and is shown once.",
			r.Shown(), r.Events(), r.Passport))
}

func witnessed(cosigners []Cosigner) string {
	parts := make([]string, len(cosigners))
	for i, c := range cosigners {
		parts[i] = fmt.Sprintf("%s at %s", c.Name, c.Time.Format(time.RFC3339))
	}
	return strings.Join(parts, ", ")
}

func claims(d Document) []Claim {
	return []Claim{
		{"generated_at", d.GeneratedAt.Format(time.RFC3339Nano)},
		{"epoch.transaction.id", d.Epoch.Transaction.ID},
		{"epoch.transaction.channel", d.Epoch.Transaction.Channel},
		{"epoch.transaction.block", strconv.FormatUint(d.Epoch.Transaction.Block, 10)},
	}
}

func (r Report) limits(trust Trust) []string {
	limits := []string{
		"Never submitted: nobody can show an event that was not reported to the platform.",
		"Truth: an event says what its source reported. That the report is right is not shown; its quality index is the platform's estimate.",
		vehicleLimit,
		"Ordering: an endorsement is made before a transaction is ordered. It shows that the organisation's peer found this record to be the valid next epoch on its own ledger, not that the ledger then kept it: ask a peer for the epoch by its number and compare the hash.",
		"Place: the transaction's id, channel and block are not under the signatures; they only say where to look.",
		"Freshness: nothing after the epoch's time is covered, and a newer epoch may exist.",
	}
	if trust.MinCosignatures == 0 {
		limits = append(limits, "One history: you ask for no witness. The log could show others another history.")
	}
	if hidden := r.Events() - r.Shown(); hidden > 0 {
		limits = append(limits, fmt.Sprintf("Withheld: of %d events nothing is shown but that they are there, each in its class.", hidden))
	}
	if r.Shown() == 0 {
		limits = append(limits, "Passport: no event is shown, so that nothing ties the passport's name to the vehicle's tag.")
	}
	return limits
}
