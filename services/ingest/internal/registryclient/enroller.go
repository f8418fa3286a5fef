package registryclient

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// Enroller implements ingest.Registry.
func (r *Registry) Enroller(ctx context.Context, passport uuid.UUID) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	resp, err := r.passports.ResolvePassports(ctx, &registryv1.ResolvePassportsRequest{Names: []string{passportPrefix + passport.String()}})
	if err != nil {
		return "", fmt.Errorf("registry: resolve a passport: %w", err)
	}
	if len(resp.GetPassports()) == 0 {
		return "", ingest.ErrPassportNotFound
	}
	return strings.TrimPrefix(resp.GetPassports()[0].GetEnrolledBy(), memberPrefix), nil
}
