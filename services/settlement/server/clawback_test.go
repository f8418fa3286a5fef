package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement/server"
	"github.com/pcc-platform/pcc/services/settlement/server/replay"
)

// TestRefutedEventIsClawedBack sells a read, has one of its events refuted on the bus, and looks at the receipt as its payer does.
func TestRefutedEventIsClawedBack(t *testing.T) {
	f := startWith(t, func(c *server.Config) { c.ClawbackInterval = 20 * time.Millisecond })
	f.fund(t, f.insurer, "2.5")
	hold := f.holdRequest(f.insurer)
	held, err := f.registry.HoldRead(t.Context(), hold)
	must(t, err)
	_, err = f.registry.CaptureRead(t.Context(), &settlementv1.CaptureReadRequest{
		Name: held.GetRead().GetName(), Contributions: []*settlementv1.Contribution{
			{Member: f.garage.Name(), Field: "odometer/2026-01", Quality: 12}, {Member: f.insurer.Name(), Field: "damage/2026-01", Quality: 12},
		},
	})
	must(t, err)
	event := hold.GetPassport() + "/events/" + uuid.NewString()
	for range 2 { // the bus delivers at least once
		f.publish(t, &ingestv1.EventRefuted{Event: event, Member: f.garage.Name(), Field: "odometer/2026-01", RefuteTime: timestamppb.Now()})
	}

	read := f.awaitRevision(t, held.GetRead().GetName())
	v := read.GetRevisions()[0]
	want := &settlementv1.ReadRevision{
		Event: event, Member: f.garage.Name(), Field: "odometer/2026-01", CreateTime: v.GetCreateTime(), SettleTime: v.GetSettleTime(),
		Shares: []*settlementv1.Share{
			read.GetShares()[0], read.GetShares()[1],
			{
				Kind: settlementv1.ShareKind_SHARE_KIND_CONTRIBUTION, Account: "member:" + f.insurer.ID + ":available", Amount: "2.2000",
				Explanation: "12.00 of 12 quality points: answers 1 of 1 field, raised the quality of 1: damage/2026-01 from 0 to 12",
			},
		},
	}
	if diff := cmp.Diff(want, v, protocmp.Transform()); diff != "" {
		t.Errorf("revision (-want +got):\n%s", diff)
	}
	if differences, err := replay.Shares(read); err != nil || len(differences) != 0 {
		t.Errorf("replayed: %v, %v", differences, err)
	}
	lines, err := f.as(f.garage).ListStatementLines(t.Context(), &settlementv1.ListStatementLinesRequest{Parent: "accounts/member:" + f.garage.ID + ":available"})
	must(t, err)
	if n := len(lines.GetLines()); n != 2 || lines.GetLines()[1].GetAmount() != "-1.1000" {
		t.Errorf("the garage's statement is %v", lines)
	}
}

// publish puts a message on the bus.
func (f *fixture) publish(t *testing.T, m proto.Message) {
	t.Helper()
	payload, err := proto.Marshal(m)
	must(t, err)
	_, err = f.Broker.JetStream.Publish(t.Context(), messaging.Subject(m), payload, jetstream.WithMsgID(uuid.NewString()))
	must(t, err)
}

// awaitRevision waits until a read of the insurer's has a version that is settled.
func (f *fixture) awaitRevision(t *testing.T, name string) *settlementv1.Read {
	t.Helper()
	insurer := f.as(f.insurer)
	ctx, cancel := context.WithTimeout(t.Context(), messagePatience)
	defer cancel()
	for {
		resp, err := insurer.GetRead(ctx, &settlementv1.GetReadRequest{Name: name})
		must(t, err)
		if v := resp.GetRead().GetRevisions(); len(v) > 0 && v[0].GetSettleTime() != nil {
			return resp.GetRead()
		}
	}
}
