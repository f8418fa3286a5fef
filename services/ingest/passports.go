package ingest

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

// checkPassports refuses events of passports that do not exist.
func (s *Service) checkPassports(ctx context.Context, b *inspection) error {
	exists, err := s.existingPassports(ctx, b)
	if err != nil {
		return err
	}
	kept := b.passed[:0]
	for _, p := range b.passed {
		if !exists[p.event.Passport] {
			b.refuse(p.index, NewFault(ReasonPassportUnknown, "attributes.subject", "no such passport"))
			continue
		}
		kept = append(kept, p)
	}
	b.passed = kept
	return nil
}

// existingPassports asks memory, then the projection, then, once for the batch, the registry: a passport that was enrolled
// a moment ago may not have reached the projection. What does not exist is not remembered, as it may be enrolled next.
func (s *Service) existingPassports(ctx context.Context, b *inspection) (map[uuid.UUID]bool, error) {
	exists := make(map[uuid.UUID]bool)
	var missing []uuid.UUID
	for _, p := range b.passed {
		id := p.event.Passport
		if _, asked := exists[id]; asked {
			continue
		}
		if _, exists[id] = s.passports.get(id); !exists[id] {
			missing = append(missing, id)
		}
	}
	for _, ask := range []func(context.Context, []uuid.UUID) ([]uuid.UUID, error){s.store.KnownPassports, s.resolvePassports} {
		if len(missing) == 0 {
			break
		}
		found, err := ask(ctx, missing)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			exists[id] = true
			s.passports.put(id, struct{}{})
		}
		missing = slices.DeleteFunc(missing, func(id uuid.UUID) bool { return exists[id] })
	}
	return exists, nil
}

func (s *Service) resolvePassports(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	found, err := s.registry.ResolvePassports(ctx, ids)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, s.store.RememberPassports(ctx, found)
}
