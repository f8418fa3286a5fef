package api

import (
	"context"
	"fmt"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// OpenRead implements the RPC.
func (s *Capsules) OpenRead(ctx context.Context, req *accessv1.OpenReadRequest) (*accessv1.OpenReadResponse, error) {
	passport, policy, id, err := childName(req.GetName(), access.ErrRequestNotFound)
	if err != nil {
		return nil, err
	}
	reading, err := s.Rules.OpenRead(ctx, callerMember(ctx), passport, policy, id)
	if err != nil {
		return nil, err
	}
	request, err := reading.Request.Canonical()
	if err != nil {
		return nil, fmt.Errorf("access: request: %w", err)
	}
	resp := &accessv1.OpenReadResponse{Request: string(request), SealedShreds: reading.SealedShreds}
	for _, c := range reading.Capsules {
		label, err := c.Label.Canonical()
		if err != nil {
			return nil, fmt.Errorf("access: label: %w", err)
		}
		resp.Capsules = append(resp.Capsules, &accessv1.Capsule{Label: string(label), Capsule: c.Bytes[:]})
	}
	if resp.KeySets, err = texts(reading.Keys); err != nil {
		return nil, err
	}
	resp.Trustees, err = texts(reading.Trustees)
	return resp, err
}

// texts are the canonical texts of records.
func texts[R interface{ Canonical() ([]byte, error) }](records []R) ([]string, error) {
	out := make([]string, len(records))
	for i, r := range records {
		text, err := r.Canonical()
		if err != nil {
			return nil, fmt.Errorf("access: record: %w", err)
		}
		out[i] = string(text)
	}
	return out, nil
}
