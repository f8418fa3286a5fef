package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/eventlist"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	"github.com/pcc-platform/pcc/services/anchor/export"
	"github.com/pcc-platform/pcc/verify"
)

// ExportProof returns the proof document of a passport that the caller's member has paid to read.
func (s *Server) ExportProof(ctx context.Context, req *anchorv1.ExportProofRequest) (*anchorv1.ExportProofResponse, error) {
	withheld, err := withheldOf(req)
	if err != nil {
		return nil, err
	}
	document, notYetAnchored, err := s.exporter.Export(ctx, export.Request{
		Passport: req.GetPassport(), Payer: authn.FromContext(ctx).MemberName(), Read: req.GetRead(),
		Withheld: withheld, TagProof: tagProofOf(req.GetTagProof()),
	})
	if err != nil {
		return nil, err
	}
	return &anchorv1.ExportProofResponse{Document: document, NotYetAnchored: int32(notYetAnchored)}, nil
}

func withheldOf(req *anchorv1.ExportProofRequest) (export.Withheld, error) {
	var withheld export.Withheld
	for _, class := range req.GetWithholdClasses() {
		withheld.Classes = append(withheld.Classes, eventlist.Class(class))
	}
	for _, event := range req.GetWithholdEvents() {
		slash := strings.LastIndexByte(event, '/')
		sequence, err := strconv.ParseUint(event[slash+1:], 10, 64)
		if err != nil {
			return export.Withheld{}, apperr.InvalidField("withhold_events", "not a position in the journal").Wrap(err)
		}
		withheld.Events = append(withheld.Events, export.Position{Stream: event[:slash], Sequence: sequence})
	}
	return withheld, nil
}

func tagProofOf(p *anchorv1.TagProof) *verify.TagProof {
	if p == nil {
		return nil
	}
	out := &verify.TagProof{Blind: p.GetBlind()}
	for _, part := range p.GetParts() {
		out.Parts = append(out.Parts, verify.TagPart{
			Index: int(part.GetIndex()), Key: part.GetKey(), Evaluation: part.GetEvaluation(), Proof: part.GetProof(),
		})
	}
	return out
}
