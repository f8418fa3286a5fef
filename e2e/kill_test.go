package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	"github.com/pcc-platform/pcc/e2e/internal/stack"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

const (
	// killTime bounds an import through which something is killed.
	killTime = time.Minute
	// An import is of so many chunks of vehicles, each sent as one batch; the kill comes right after a batch was sent.
	importChunks     = 8
	vehiclesPerChunk = 5
	eventsPerVehicle = 30
	killAfterChunk   = 3
	importWindow     = 3
)

// testKills kills every part once while a member imports and another buys reports. Afterwards nothing acknowledged is
// missing, nothing is doubled, all of it is anchored, and every purchase was paid once.
func testKills(t *testing.T, w *world) {
	for range 10 {
		w.mint(t, "insurer", "10000") // more at once needs a second person
	}
	for _, part := range []string{
		"registry", "vault", "ingest", "settlement", "anchor", "gateway", "nats", "postgres", "keto",
		"fabric-peer-oem", "fabric-orderer1", "fabric-chaincode-oem",
	} {
		t.Run(part, func(t *testing.T) { killDuringImport(t, w, part) })
	}
}

func killDuringImport(t *testing.T, w *world, part string) {
	start, before := time.Now(), journaled(t, w.garage)
	balance, err := balanceOf(t.Context(), w.insurer, "accounts/member:insurer:available")
	if err != nil {
		t.Fatal(err)
	}
	b := &buyer{caller: w.insurer, passport: w.newPassport(t, w.oem)}
	stop := b.start(t.Context())
	run := &importRun{source: source{caller: w.garage, window: importWindow}, w: w, sent: map[string][]string{}}
	killed, err := run.through(t, part)
	stop()
	if err != nil {
		t.Fatalf("the import did not finish: %v", err)
	}
	for _, err := range run.unexpected {
		t.Errorf("import: %v", err)
	}
	const total = importChunks * vehiclesPerChunk * eventsPerVehicle
	a := run.acknowledged
	if a.accepted+a.duplicates != total || a.rejected != 0 {
		t.Errorf("%d accepted, %d duplicates, %d rejected; sent %d", a.accepted, a.duplicates, a.rejected, total)
	}
	await.Until(t, settleTime, func(context.Context) string {
		if w.stack.Restarted(killed) {
			return ""
		}
		return part + " was not started again"
	})
	awaitJournaled(t, w.garage, before+total)
	for passport, ids := range run.sent {
		wantEvents(t, w.garage, passport, ids)
	}
	awaitAnchored(t, w.garage, "garage", before+total)
	b.wantPaid(t, balance)
	wantZeroSum(t, w)
	t.Logf("%.1f s; %d of %d events acknowledged as duplicates; %d reports bought", time.Since(start).Seconds(), a.duplicates, total, b.bought)
}

// importRun is one import of new vehicles.
type importRun struct {
	source
	w *world
	// sent are the ids of the events by passport.
	sent map[string][]string
}

// through imports all chunks and kills the part right after a batch was sent.
func (r *importRun) through(t *testing.T, part string) (killed stack.Process, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), killTime)
	defer cancel()
	for chunk := range importChunks {
		events, err := r.enrolChunk(ctx, t)
		if err != nil {
			return killed, err
		}
		if err := r.send(ctx, events); err != nil {
			return killed, err
		}
		if chunk == killAfterChunk {
			if killed, err = r.w.stack.Kill(part); err != nil {
				return killed, err
			}
		}
	}
	return killed, r.await(ctx, 0)
}

func (r *importRun) enrolChunk(ctx context.Context, t *testing.T) (events []*pb.CloudEvent, err error) {
	var vins []string
	for range vehiclesPerChunk {
		vins = append(vins, r.w.newVIN())
	}
	vehicles, err := r.bind(ctx, vins)
	if err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	passports, err := r.enrol(ctx, vehicles)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	for _, passport := range passports {
		for i := range eventsPerVehicle {
			id := fmt.Sprintf("%s-%d", strings.TrimPrefix(passport, "passports/"), i)
			events = append(events, reading(t, "garage", passport, id, fmt.Sprint(1000+i)))
			r.sent[passport] = append(r.sent[passport], id)
		}
	}
	return events, nil
}

// awaitAnchored waits until an epoch on the ledger covers so many events of a member, endorsed by two organisations.
func awaitAnchored(t *testing.T, c *caller.Caller, member string, events int64) {
	t.Helper()
	await.Until(t, settleTime, func(ctx context.Context) string {
		page, err := c.Anchor.ListEpochs(ctx, &anchorv1.ListEpochsRequest{PageSize: 10})
		if err != nil {
			return err.Error()
		}
		for _, e := range page.GetEpochs() {
			endorsed := len(e.GetTransaction().GetEndorsements()) >= 2
			if e.GetState() == anchorv1.EpochState_EPOCH_STATE_ANCHORED && endorsed && streamSize(e.GetRecord(), "ingest/"+member) >= events {
				return ""
			}
		}
		return fmt.Sprintf("%d events of %s are not anchored", events, member)
	})
}

// streamSize reads a stream's size from an epoch's record: lines of "<stream> <size> <root>" after the head.
func streamSize(record, stream string) (size int64) {
	for line := range strings.Lines(record) {
		if rest, ok := strings.CutPrefix(line, stream+" "); ok {
			_, _ = fmt.Sscan(rest, &size)
		}
	}
	return size
}
