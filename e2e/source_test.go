package e2e_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// source is a member's own importer, written from the protos alone: it repeats what was not acknowledged, and counts every
// answer.
type source struct {
	caller *caller.Caller
	// window is how many batches it leaves unacknowledged.
	window  int
	stream  ingestv1.IngestService_StreamEventsClient
	pending []*ingestv1.StreamEventsRequest
	next    int64

	// acknowledged is what came back; unexpected are errors that a source would not get over by itself.
	acknowledged struct{ accepted, duplicates, rejected int }
	unexpected   []error
}

// bind returns the handles of VINs, over REST.
func (s *source) bind(ctx context.Context, vins []string) ([]string, error) {
	resp := &vaultv1.BatchBindVehiclesResponse{}
	err := s.persist(ctx, func(ctx context.Context) error {
		return s.caller.REST.Call(ctx, "POST", "/v1/vehicles:batchBind", &vaultv1.BatchBindVehiclesRequest{Vins: vins}, resp)
	})
	var vehicles []string
	for _, r := range resp.GetResults() {
		vehicles = append(vehicles, r.GetVehicle())
	}
	return vehicles, err
}

// enrol opens passports, over gRPC and under one request id however often it is sent.
func (s *source) enrol(ctx context.Context, vehicles []string) (passports []string, err error) {
	req := &registryv1.BatchEnrolPassportsRequest{RequestId: newID()}
	for _, v := range vehicles {
		req.Passports = append(req.Passports, &registryv1.Passport{Vehicle: v})
	}
	var resp *registryv1.BatchEnrolPassportsResponse
	err = s.persist(ctx, func(ctx context.Context) (err error) {
		resp, err = s.caller.Passports.BatchEnrolPassports(ctx, req)
		return err
	})
	for _, r := range resp.GetResults() {
		if r.GetReason() != "" {
			return nil, fmt.Errorf("enrol: %s", r.GetReason())
		}
		passports = append(passports, r.GetPassport().GetName())
	}
	return passports, err
}

// send hands a batch to the stream and waits only when too many are unacknowledged.
func (s *source) send(ctx context.Context, events []*pb.CloudEvent) error {
	req := &ingestv1.StreamEventsRequest{BatchNumber: s.next, Events: events}
	s.next++
	s.pending = append(s.pending, req)
	if s.stream != nil && s.stream.Send(req) != nil {
		s.stream = nil // Recv would say why; the next one opens another
	}
	return s.await(ctx, s.window)
}

// await waits until at most n batches are unacknowledged.
func (s *source) await(ctx context.Context, n int) error {
	return s.persist(ctx, func(ctx context.Context) error {
		for len(s.pending) > n {
			if err := s.receive(ctx); err != nil {
				s.stream = nil
				return err
			}
		}
		return nil
	})
}

// receive takes one acknowledgement, over a new stream when the last one broke.
func (s *source) receive(ctx context.Context) error {
	if s.stream == nil {
		stream, err := s.caller.Ingest.StreamEvents(ctx)
		if err != nil {
			return err
		}
		for _, req := range s.pending {
			if stream.Send(req) != nil {
				break // Recv says why
			}
		}
		s.stream = stream
	}
	resp, err := s.stream.Recv()
	if err != nil {
		return err
	}
	if resp.GetBatchNumber() != s.pending[0].GetBatchNumber() {
		return fmt.Errorf("batch %d acknowledged, want %d", resp.GetBatchNumber(), s.pending[0].GetBatchNumber())
	}
	s.pending = s.pending[1:]
	s.acknowledged.accepted += int(resp.GetAcknowledgement().GetAccepted())
	s.acknowledged.duplicates += int(resp.GetAcknowledgement().GetDuplicates())
	s.acknowledged.rejected += len(resp.GetAcknowledgement().GetRejections())
	return nil
}

// persist repeats a call until it succeeds or ctx ends.
func (s *source) persist(ctx context.Context, call func(context.Context) error) error {
	missing := await.Poll(ctx, func(ctx context.Context) string {
		err := call(ctx)
		if err == nil {
			return ""
		}
		if ctx.Err() == nil && !caller.Passing(err) {
			s.unexpected = append(s.unexpected, err)
		}
		return err.Error()
	})
	if missing != "" {
		return fmt.Errorf("gave up: %s", missing)
	}
	return nil
}

// compareEvents says how the caller's events under a passport differ from those with the wanted ids, each once.
func compareEvents(ctx context.Context, c *caller.Caller, passport string, want []string) (difference string) {
	var got []string
	req := &ingestv1.ListEventsRequest{Parent: passport}
	for more := true; more; more = req.PageToken != "" {
		page, err := c.Ingest.ListEvents(ctx, req)
		if err != nil {
			return err.Error()
		}
		for _, e := range page.GetEvents() {
			got = append(got, e.GetCloudEvent().GetId())
		}
		req.PageToken = page.GetNextPageToken()
	}
	slices.Sort(got)
	if want = slices.Sorted(slices.Values(want)); slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("%d events, want %d:\n%v\n%v", len(got), len(want), got, want)
}
