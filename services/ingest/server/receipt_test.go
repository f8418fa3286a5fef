package server_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/verify/receipt"
)

// promised keeps what a member keeps of an acknowledgement, and opens it as a third party with the log's key.
func (r running) promised(t *testing.T, ack *ingestv1.BatchAcknowledgement, events []*pb.CloudEvent) *receipt.Opened {
	t.Helper()
	var batch [][]byte
	for _, e := range events {
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, encoded)
	}
	promise, err := receipt.Keep(ack, batch)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := promise.Open(r.logKey(t, "ingest/"+r.oemMember.ID))
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// logKey is the verifier key of a log.
func (r running) logKey(t *testing.T, stream string) string {
	t.Helper()
	signer, err := checkpoint.ReadLogKey(r.logFile)
	if err != nil {
		t.Fatal(err)
	}
	own, err := signer.For(stream)
	if err != nil {
		t.Fatal(err)
	}
	return own.VerifierKey()
}

// headAt is what an epoch cut at that time would say of the maker's stream.
func (r running) headAt(t *testing.T, at time.Time) receipt.Head {
	t.Helper()
	list, err := r.logs.ListCheckpoints(t.Context(), &journalv1.ListCheckpointsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.GetCheckpoints() {
		if c.GetStream() == "ingest/"+r.oemMember.ID {
			return receipt.Head{Stream: c.GetStream(), Size: uint64(c.GetSize()), Root: proof.Hash(c.GetRoot()), Time: at}
		}
	}
	t.Fatal("the maker has no stream")
	return receipt.Head{}
}

// ownLeaves are the maker's leaves, as it reads them.
func (r running) ownLeaves(t *testing.T) iter.Seq2[receipt.Leaf, error] {
	return func(yield func(receipt.Leaf, error) bool) {
		req := &ingestv1.ListJournalLeavesRequest{PageSize: 10}
		for {
			page, err := r.oem.ListJournalLeaves(t.Context(), req)
			if err != nil {
				yield(receipt.Leaf{}, err)
				return
			}
			for _, l := range page.GetLeaves() {
				if !yield(receipt.Leaf{Key: proof.Key(l.GetListKey()), Frame: l.GetLeaf()}, nil) {
					return
				}
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				return
			}
		}
	}
}

// TestADroppedEventConvictsThePlatform has the operator forget what was acknowledged: it sets the journal back and goes on. The
// member shows a third party its receipt and its stream.
func TestADroppedEventConvictsThePlatform(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, readings(t, r.oemMember, "before", passport, 12)...)
	awaitJournaled(t, r.oem)
	forget := "SET session_replication_role = replica;"
	for _, table := range []string{"event", "journal_entry", "journal_tile", "journal_checkpoint"} {
		if _, err := r.db.Exec(t.Context(), fmt.Sprintf("CREATE TEMP TABLE kept_%[1]s AS TABLE %[1]s", table)); err != nil {
			t.Fatal(err)
		}
		forget += fmt.Sprintf("TRUNCATE %[1]s; INSERT INTO %[1]s TABLE kept_%[1]s;", table)
	}
	events := readings(t, r.oemMember, "dropped", passport, 2)
	events = append(events, reading(t, r.oemMember, "refused", "passports/none", 1))
	ack := send(t, r.oem, events...)
	awaitJournaled(t, r.oem)
	opened := r.promised(t, ack, events)
	if opened.Count != 2 || opened.Delay != ingest.MergeDelay || time.Since(opened.AcceptedAt) > patience {
		t.Errorf("promised are %+v", opened.Receipt)
	}
	due := opened.Deadline().Add(time.Second)
	r.wantVerdict(t, opened, due, receipt.Kept)

	if _, err := r.db.Exec(t.Context(), forget); err != nil {
		t.Fatal(err)
	}
	send(t, r.oem, readings(t, r.oemMember, "after", passport, 3)...)
	awaitJournaled(t, r.oem)
	for at, want := range map[time.Time]receipt.Verdict{due: receipt.Broken, opened.AcceptedAt.Add(time.Minute): receipt.Open} {
		r.wantVerdict(t, opened, at, want)
	}
}

// wantVerdict judges a promise of two events by an epoch of that time.
func (r running) wantVerdict(t *testing.T, promised *receipt.Opened, at time.Time, want receipt.Verdict) {
	t.Helper()
	got, err := receipt.Judge(r.headAt(t, at), r.ownLeaves(t), promised)
	if err != nil || !slices.Equal(got[0], []receipt.Verdict{want, want}) {
		t.Errorf("at %s: %q, %v; want %q", at, got, err, want)
	}
}

// TestWhatIsSentAgainIsPromisedAgain loses the first acknowledgement.
func TestWhatIsSentAgainIsPromisedAgain(t *testing.T) {
	r := start(t)
	events := readings(t, r.oemMember, "e", r.registry.enrol(), 3)
	first := send(t, r.oem, events...)
	again := send(t, r.oem, events...)
	if again.GetDuplicates() != 3 || r.promised(t, again, events).Root != r.promised(t, first, events).Root {
		t.Errorf("acknowledged %v and %v", first, again)
	}
	refused := send(t, r.oem, reading(t, r.oemMember, "x", "passports/none", 1))
	if len(refused.GetReceipt()) > 0 || len(refused.GetRejections()) != 1 {
		t.Errorf("what is refused is promised: %v", refused)
	}
}
