package server_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/apperr"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

const (
	mine   = "passports/0199e9d4-0000-7000-8000-000000000001"
	others = "passports/0199e9d4-0000-7000-8000-000000000002"
	late   = "passports/0199e9d4-0000-7000-8000-000000000003"
)

// TestService has one network; the steps build on each other.
func TestService(t *testing.T) {
	w := newWorld(t)
	w.proveBeforeTheFirstEpoch()
	w.registerMembers()
	w.anchorEvents()
	w.readEpochs()
	w.exportProof()
	w.refuseStrangers()
	w.loseTheLedger()
}

func (w *world) export(passport, read string) (*anchorv1.ExportProofResponse, error) {
	return w.client.ExportProof(w.t.Context(), &anchorv1.ExportProofRequest{Passport: passport, Read: read})
}

func (w *world) proveBeforeTheFirstEpoch() {
	w.t.Helper()
	_, err := w.export(mine, paidRead)
	wantReason(w.t, "no epoch", err, "NOTHING_ANCHORED")
	got, err := w.client.GetAnchorStatus(w.t.Context(), &anchorv1.GetAnchorStatusRequest{})
	if err != nil || got.GetEpochsAnchored() != 0 || got.GetLedgerHeight() == 0 {
		w.t.Errorf("status of an empty ledger: %v, %v", got, err)
	}
}

func (w *world) registerMembers() {
	w.t.Helper()
	if got := w.admit(w.oem, "OemMSP"); got.GetTransactionId() == "" {
		w.t.Error("the oem is registered without a transaction")
	}
	if got := w.admit(w.insurer, "InsurerMSP"); got.GetTransactionId() == "" {
		w.t.Error("the insurer is registered without a transaction")
	}
	if got := w.admit(w.oem, "OemMSP"); got.GetTransactionId() != "" {
		w.t.Errorf("registered again by %s", got.GetTransactionId())
	}
}

func (w *world) anchorEvents() {
	w.t.Helper()
	w.journal.add(w.t, "ingest/oem", w.oem.Name(), mine, others, mine, others)
	w.journal.add(w.t, "ingest/insurer", w.insurer.Name(), mine)
	got := w.awaitEntries(5)
	if got.GetEntriesAnchored() != 5 || got.GetEpochsAnchored() == 0 || len(got.GetEndorsingMsps()) < 2 {
		w.t.Errorf("status %v", got)
	}
	w.journal.add(w.t, "ingest/oem", w.oem.Name(), others)
	w.awaitEntries(6)
}

func (w *world) readEpochs() {
	w.t.Helper()
	first, err := w.client.ListEpochs(w.t.Context(), &anchorv1.ListEpochsRequest{PageSize: 1})
	if err != nil || len(first.GetEpochs()) != 1 || first.GetNextPageToken() == "" {
		w.t.Fatalf("first page %v, %v", first, err)
	}
	second, err := w.client.ListEpochs(w.t.Context(), &anchorv1.ListEpochsRequest{PageToken: first.GetNextPageToken()})
	if err != nil || len(second.GetEpochs()) == 0 || second.GetNextPageToken() != "" {
		w.t.Fatalf("second page %v, %v", second, err)
	}
	newest := first.GetEpochs()[0]
	record, err := model.ParseEpoch([]byte(newest.GetRecord()))
	if err != nil || newest.GetState() != anchorv1.EpochState_EPOCH_STATE_ANCHORED || newest.GetName() != fmt.Sprintf("epochs/%d", record.Number) {
		w.t.Errorf("newest epoch %v, %v", newest, err)
	}
	if !bytes.Equal(record.PreviousHash[:], second.GetEpochs()[0].GetRecordHash()) {
		w.t.Error("the newest epoch does not name the hash of the one before")
	}
	got, err := w.client.GetEpoch(w.t.Context(), &anchorv1.GetEpochRequest{Name: "epochs/1"})
	if err != nil || got.GetEpoch().GetTransaction().GetId() == "" || len(got.GetEpoch().GetTransaction().GetEndorsements()) < 2 {
		w.t.Errorf("epoch 1: %v, %v", got, err)
	}
	for _, name := range []string{"epochs/999", "epochs/9999999999999999999"} {
		_, err = w.client.GetEpoch(w.t.Context(), &anchorv1.GetEpochRequest{Name: name})
		wantReason(w.t, name, err, "EPOCH_NOT_FOUND")
	}
	_, err = w.client.ListEpochs(w.t.Context(), &anchorv1.ListEpochsRequest{PageToken: "forged"})
	wantReason(w.t, "forged token", err, "INVALID_PAGE_TOKEN")
}

func (w *world) exportProof() {
	w.t.Helper()
	got, err := w.export(mine, paidRead)
	if err != nil {
		w.t.Fatal(err)
	}
	document, trust := got.GetDocument(), w.trust()
	report, err := verify.Verify(document, trust, eventview.Decode)
	if err != nil || report.Events() != 3 || report.Shown() != 3 || report.Passport != mine || len(report.EndorsedBy) < 2 {
		w.t.Errorf("report %+v, %v\n%s", report, err, document)
	}
	tampered := bytes.Replace(document, []byte(`"odometer_metres": 61003000`), []byte(`"odometer_metres": 31003000`), 1)
	if _, err := verify.Verify(tampered, trust, eventview.Decode); verify.ReasonOf(err) != verify.ReasonViewMismatch {
		w.t.Errorf("changed mileage: %v, want %s", err, verify.ReasonViewMismatch)
	}
	w.withholdEvents()
	empty, err := w.export(late, paidRead)
	if err != nil {
		w.t.Fatal(err)
	}
	if report, err := verify.Verify(empty.GetDocument(), trust, eventview.Decode); err != nil || report.Events() != 0 || report.Passport != late {
		w.t.Errorf("passport without events: %+v, %v", report, err)
	}
	_, err = w.export(mine, "reads/0199e9d4-0000-7000-8000-00000000000e")
	wantReason(w.t, "unpaid read", err, "READ_NOT_FOUND")
}

// withholdEvents exports less than there is, and for readers who know the VIN.
func (w *world) withholdEvents() {
	w.t.Helper()
	tagProof := &anchorv1.TagProof{Blind: make([]byte, 32), Parts: []*anchorv1.TagPart{
		{Index: 1, Key: make([]byte, 32), Evaluation: make([]byte, 32), Proof: make([]byte, 64)},
	}}
	for name, c := range map[string]struct {
		req   *anchorv1.ExportProofRequest
		shown uint64
	}{
		"a class":         {&anchorv1.ExportProofRequest{WithholdClasses: []string{"odometer", "usage"}}, 0},
		"an event":        {&anchorv1.ExportProofRequest{WithholdEvents: []string{"ingest/oem/2"}}, 2},
		"for a VIN known": {&anchorv1.ExportProofRequest{TagProof: tagProof}, 3},
	} {
		c.req.Passport, c.req.Read = mine, paidRead
		got, err := w.client.ExportProof(w.t.Context(), c.req)
		if err != nil {
			w.t.Fatalf("%s: %v", name, err)
		}
		report, err := verify.Verify(got.GetDocument(), w.trust(), eventview.Decode)
		if err != nil || report.Events() != 3 || report.Shown() != c.shown || bytes.Contains(got.GetDocument(), []byte(`"tag_proof"`)) != (c.req.TagProof != nil) {
			w.t.Errorf("%s: report %+v, %v", name, report, err)
		}
	}
	for name, req := range map[string]*anchorv1.ExportProofRequest{
		"another vehicle's event":    {WithholdEvents: []string{"ingest/oem/1"}},
		"an event that is not there": {WithholdEvents: []string{"ingest/oem/1000"}},
		"a class that is none":       {WithholdClasses: []string{"speed"}},
		"half a proof of a tag":      {TagProof: &anchorv1.TagProof{Blind: make([]byte, 32)}},
	} {
		req.Passport, req.Read = mine, paidRead
		_, err := w.client.ExportProof(w.t.Context(), req)
		wantReason(w.t, name, err, "INVALID_FIELD")
	}
}

func (w *world) refuseStrangers() {
	w.t.Helper()
	oem := anchorv1.NewAnchorServiceClient(w.stand.Dial(w.oem, "admin"))
	_, err := oem.ExportProof(w.t.Context(), &anchorv1.ExportProofRequest{Passport: mine, Read: paidRead})
	wantReason(w.t, "another member's read", err, "READ_NOT_FOUND")

	nobody := anchorv1.NewAnchorServiceClient(w.stand.Dial(w.insurer, "intern"))
	calls := map[string]func(anchorv1.AnchorServiceClient) error{
		"GetEpoch": func(c anchorv1.AnchorServiceClient) error {
			_, err := c.GetEpoch(w.t.Context(), &anchorv1.GetEpochRequest{Name: "epochs/1"})
			return err
		},
		"ListEpochs": func(c anchorv1.AnchorServiceClient) error {
			_, err := c.ListEpochs(w.t.Context(), &anchorv1.ListEpochsRequest{})
			return err
		},
		"GetAnchorStatus": func(c anchorv1.AnchorServiceClient) error {
			_, err := c.GetAnchorStatus(w.t.Context(), &anchorv1.GetAnchorStatusRequest{})
			return err
		},
		"ExportProof": func(c anchorv1.AnchorServiceClient) error {
			_, err := c.ExportProof(w.t.Context(), &anchorv1.ExportProofRequest{Passport: mine, Read: paidRead})
			return err
		},
	}
	anonymous := anchorv1.NewAnchorServiceClient(w.stand.DialAnonymous())
	for name, call := range calls {
		if err := call(nobody); apperr.As(err) == nil || apperr.As(err).Kind != apperr.PermissionDenied {
			w.t.Errorf("%s without a role: %v", name, err)
		}
		if err := call(anonymous); apperr.As(err) == nil || apperr.As(err).Kind != apperr.Unauthenticated {
			w.t.Errorf("%s without credentials: %v", name, err)
		}
	}
}

// loseTheLedger stops the network: the status says so, and what is anchored can still be read and proven.
func (w *world) loseTheLedger() {
	w.t.Helper()
	w.network.Stop()
	_, err := w.client.GetAnchorStatus(w.t.Context(), &anchorv1.GetAnchorStatusRequest{})
	wantReason(w.t, "without a ledger", err, "LEDGER_UNAVAILABLE")
	if _, err := w.export(mine, paidRead); err != nil {
		w.t.Errorf("export without a ledger: %v", err)
	}
}

func wantReason(t *testing.T, what string, err error, reason string) {
	t.Helper()
	if apperr.ReasonOf(err) != reason {
		t.Errorf("%s: %v, want %s", what, err, reason)
	}
}
