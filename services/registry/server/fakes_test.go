package server_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// vault has bound every vehicle but those in unknown.
type vault struct {
	vaultv1.UnimplementedVaultServiceServer
	mu      sync.Mutex
	unknown map[string]bool
	// parts are the vehicles that each part of the vault has in any range.
	parts [][]string
	// covered are the vehicles that are in ranges, by the ranges' starts.
	covered map[string][]string
}

// CompareVehicles looks the first range of each set up in covered.
func (v *vault) CompareVehicles(_ context.Context, req *vaultv1.CompareVehiclesRequest) (*vaultv1.CompareVehiclesResponse, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	resp := &vaultv1.CompareVehiclesResponse{}
	for _, set := range req.GetSets() {
		compared := &vaultv1.ComparedSet{}
		for place, vehicle := range req.GetVehicles() {
			if slices.Contains(v.covered[set.GetRanges()[0].GetStart()], vehicle) {
				compared.Vehicles = append(compared.Vehicles, int32(place))
			}
		}
		resp.Sets = append(resp.Sets, compared)
	}
	return resp, nil
}

func (v *vault) cover(start string, vehicles ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.covered == nil {
		v.covered = map[string][]string{}
	}
	v.covered[start] = vehicles
}

// MatchVehicles gives one of the parts a call.
func (v *vault) MatchVehicles(_ context.Context, req *vaultv1.MatchVehiclesRequest) (*vaultv1.MatchVehiclesResponse, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if req.GetRanges()[0].GetStart() == "Various" {
		return nil, rpc.ToStatus(apperr.New(apperr.InvalidArgument, "VIN_RANGE_INVALID", "no").WithField("ranges[0]")).Err()
	}
	place := 0
	if req.GetAfter() != "" {
		place = int(req.GetAfter()[len(req.GetAfter())-1] - '0')
	}
	resp := &vaultv1.MatchVehiclesResponse{}
	if place < len(v.parts) {
		resp.Vehicles = v.parts[place]
	}
	if place+1 < len(v.parts) {
		resp.NextAfter = fmt.Sprintf("vehicles/00000000-0000-4000-8000-%012d", place+1)
	}
	return resp, nil
}

func (v *vault) register(s *grpc.Server) { vaultv1.RegisterVaultServiceServer(s, v) }

// tagOf is the tag of the VIN that a vehicle is taken to have.
func tagOf(vehicle string) [32]byte { return sha256.Sum256([]byte(vehicle)) }

func (v *vault) forget(vehicle string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.unknown = map[string]bool{vehicle: true}
}

func (v *vault) ResolveVehicles(_ context.Context, req *vaultv1.ResolveVehiclesRequest) (*vaultv1.ResolveVehiclesResponse, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	resp := &vaultv1.ResolveVehiclesResponse{}
	for _, name := range req.GetVehicles() {
		if !v.unknown[name] {
			tag := tagOf(name)
			resp.Vehicles, resp.Tags = append(resp.Vehicles, name), append(resp.Tags, tag[:])
		}
	}
	return resp, nil
}

// ingest gives the same events, or the same refusal, for every passport.
type ingest struct {
	ingestv1.UnimplementedJournalServiceServer
	mu      sync.Mutex
	events  []*ingestv1.Event
	refusal *apperr.Error
	// asOf are the times for which verdicts were asked.
	asOf []time.Time
}

func (i *ingest) register(s *grpc.Server) { ingestv1.RegisterJournalServiceServer(s, i) }

func (i *ingest) set(refusal *apperr.Error, events ...*ingestv1.Event) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refusal, i.events = refusal, events
}

func (i *ingest) ListPassportEvents(context.Context, *ingestv1.ListPassportEventsRequest) (*ingestv1.ListPassportEventsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refusal != nil {
		return nil, rpc.ToStatus(i.refusal).Err()
	}
	return &ingestv1.ListPassportEventsResponse{Events: i.events}, nil
}

func (i *ingest) GetPassportVerdict(_ context.Context, req *ingestv1.GetPassportVerdictRequest) (*ingestv1.GetPassportVerdictResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asOf = append(i.asOf, req.GetAsOf().AsTime())
	return &ingestv1.GetPassportVerdictResponse{Verdict: &ingestv1.OdometerVerdict{Verdict: ingestv1.Verdict_VERDICT_EXPLAINED}}, nil
}

// settlement keeps reads in memory.
type settlement struct {
	settlementv1.UnimplementedSettlementServiceServer
	mu       sync.Mutex
	byID     map[string]*settlementv1.Read // by payer and request id
	byName   map[string]*settlementv1.Read
	captured []*settlementv1.CaptureReadRequest
}

func newSettlement() *settlement {
	return &settlement{byID: map[string]*settlementv1.Read{}, byName: map[string]*settlementv1.Read{}}
}

func (s *settlement) register(server *grpc.Server) {
	settlementv1.RegisterSettlementServiceServer(server, s)
}

func (s *settlement) HoldRead(_ context.Context, req *settlementv1.HoldReadRequest) (*settlementv1.HoldReadResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.GetMaxPrice() == "0" {
		return nil, rpc.ToStatus(apperr.New(apperr.FailedPrecondition, "PRICE_ABOVE_MAXIMUM", "the price is higher")).Err()
	}
	key := req.GetPayer() + req.GetRequestId()
	if s.byID[key] == nil {
		s.byID[key] = &settlementv1.Read{
			Name: "reads/" + uuid.NewString(), Payer: req.GetPayer(), Product: req.GetProduct(), Passport: req.GetPassport(),
			Price: "2.5000", State: settlementv1.ReadState_READ_STATE_HELD,
		}
		s.byName[s.byID[key].GetName()] = s.byID[key]
	}
	return &settlementv1.HoldReadResponse{Read: s.byID[key]}, nil
}

func (s *settlement) CaptureRead(_ context.Context, req *settlementv1.CaptureReadRequest) (*settlementv1.CaptureReadResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.captured = append(s.captured, req)
	read := s.byName[req.GetName()]
	read.State, read.CaptureTime = settlementv1.ReadState_READ_STATE_CAPTURED, timestamppb.New(time.Now())
	return &settlementv1.CaptureReadResponse{Read: read}, nil
}

func (s *settlement) VoidRead(_ context.Context, req *settlementv1.VoidReadRequest) (*settlementv1.VoidReadResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := s.byName[req.GetName()]
	read.State = settlementv1.ReadState_READ_STATE_VOIDED
	return &settlementv1.VoidReadResponse{Read: read}, nil
}

// states counts the reads in each state.
func (s *settlement) states() map[settlementv1.ReadState]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[settlementv1.ReadState]int{}
	for _, r := range s.byName {
		out[r.GetState()]++
	}
	return out
}
