package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/stack"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

// quorumTime bounds the wait for an epoch whose witnesses were away: one is asked again only when the wait for its answer, of
// 40 seconds, is over.
const quorumTime = 90 * time.Second

// TestWitnesses runs the witnesses of three members: what they cosign, what happens while some are away, and what a kill
// makes of one.
func TestWitnesses(t *testing.T) {
	s := stack.New(t)
	s.Up(t, stack.Single)
	w := newWorld(t, s)
	for _, member := range []string{"oem", "insurer", "garage"} {
		out := s.Run(t, "witness", "register", "--config", s.Path("config", "witness-"+member+".yaml"))
		if !strings.Contains(out, "registered witness-"+member+".localhost+") {
			t.Fatalf("register: %s", out)
		}
	}
	passport := w.newPassport(t, w.garage)
	events := int64(0)
	send := func() {
		t.Helper()
		events++
		id := fmt.Sprintf("witnessed-%d", events)
		sendUnary(t, w.garage, []*pb.CloudEvent{reading(t, "garage", passport, id, fmt.Sprint(1000+events))})
	}

	send()
	w.awaitCosigned(t, events, settleTime)
	if out := s.Run(t, "epochs", "check"); !strings.Contains(out, "holds the platform's record") {
		t.Errorf("the insurer's own peer: %s", out)
	}
	if out, stderr, err := s.Try(t.Context(), nil, "epochs", "check", "999999"); err == nil {
		t.Errorf("an epoch that nobody has was found: %s%s", out, stderr)
	}

	thawGarage := s.Freeze(t, "witness-garage")
	send()
	w.awaitCosigned(t, events, settleTime)

	thawOEM := s.Freeze(t, "witness-oem")
	send()
	await.Until(t, settleTime, func(ctx context.Context) string {
		status, err := w.insurer.Anchor.GetAnchorStatus(ctx, &anchorv1.GetAnchorStatusRequest{})
		if err == nil && status.GetEpochsPending() > 0 {
			return ""
		}
		return fmt.Sprintf("no epoch waits for the quorum: %v, %v", status, err)
	})
	if w.anchored(t, events) {
		t.Error("an epoch is anchored that one of three witnesses has cosigned")
	}
	thawOEM()
	w.awaitCosigned(t, events, quorumTime)

	thawGarage()
	killed, err := s.Kill("witness-insurer")
	if err != nil {
		t.Fatal(err)
	}
	await.Until(t, settleTime, func(context.Context) string {
		if s.Restarted(killed) {
			return ""
		}
		return "the witness does not start again"
	})
	send()
	w.awaitCosigned(t, events, quorumTime)
	for member, url := range w.info.Witnesses {
		await.Until(t, quorumTime, func(ctx context.Context) string {
			out, problem, err := s.Try(ctx, nil, "witness", "status", "--url", url)
			if err == nil && strings.Contains(out, "cosigned at") && strings.Contains(out, "0 found") {
				return ""
			}
			return fmt.Sprintf("%s: %v %s%s", member, err, out, problem)
		})
	}
}

// awaitCosigned waits until an epoch on the ledger covers so many events of the garage, and looks for the cosignatures of a
// majority of the three witnesses in its note.
func (w *world) awaitCosigned(t *testing.T, events int64, bound time.Duration) {
	t.Helper()
	await.Until(t, bound, func(context.Context) string {
		if w.anchored(t, events) {
			return ""
		}
		return fmt.Sprintf("%d events are not anchored", events)
	})
}

// anchored reports whether an epoch on the ledger covers so many events of the garage. Each epoch must be cosigned.
func (w *world) anchored(t *testing.T, events int64) bool {
	t.Helper()
	page, err := w.insurer.Anchor.ListEpochs(t.Context(), &anchorv1.ListEpochsRequest{PageSize: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.GetEpochs() {
		if e.GetState() != anchorv1.EpochState_EPOCH_STATE_ANCHORED || streamSize(e.GetRecord(), "ingest/garage") < events {
			continue
		}
		if n := bytes.Count(e.GetNote(), []byte("\n— witness-")); n < 2 {
			t.Errorf("%s has %d cosignatures:\n%s", e.GetName(), n, e.GetNote())
		}
		return true
	}
	return false
}
