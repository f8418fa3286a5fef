package ingest

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// checkPassports refuses events of passports that do not exist, and finds the lists of the others.
func (s *Service) checkPassports(ctx context.Context, b *inspection) error {
	tags, err := s.existingPassports(ctx, b)
	if err != nil {
		return err
	}
	kept := b.passed[:0]
	for _, p := range b.passed {
		tag, exists := tags[p.event.Passport]
		if !exists {
			b.refuse(p.index, NewFault(ReasonPassportUnknown, "attributes.subject", "no such passport"))
			continue
		}
		class, known := eventlist.ClassOf(p.event.Type)
		if !known { // the decoder takes kinds of events only, and each has a class
			return fmt.Errorf("ingest: events of type %q are of no class", p.event.Type)
		}
		p.event.ListKey = eventlist.KeyOf(tag, class)
		kept = append(kept, p)
	}
	b.passed = kept
	return nil
}

// existingPassports asks memory, then the projection, then, once for the batch, the registry: a passport that was enrolled
// a moment ago may not have reached the projection. What does not exist is not remembered, as it may be enrolled next.
func (s *Service) existingPassports(ctx context.Context, b *inspection) (map[uuid.UUID]eventlist.Tag, error) {
	tags := make(map[uuid.UUID]eventlist.Tag)
	var missing []uuid.UUID
	asked := make(map[uuid.UUID]bool)
	for _, p := range b.passed {
		id := p.event.Passport
		if asked[id] {
			continue
		}
		asked[id] = true
		if tag, known := s.passports.get(id); known {
			tags[id] = tag
		} else {
			missing = append(missing, id)
		}
	}
	for _, ask := range []func(context.Context, []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error){s.store.KnownPassports, s.resolvePassports} {
		if len(missing) == 0 {
			break
		}
		found, err := ask(ctx, missing)
		if err != nil {
			return nil, err
		}
		for id, tag := range found {
			tags[id] = tag
			s.passports.put(id, tag)
		}
		missing = slices.DeleteFunc(missing, func(id uuid.UUID) bool { _, ok := tags[id]; return ok })
	}
	return tags, nil
}

func (s *Service) resolvePassports(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error) {
	found, err := s.registry.ResolvePassports(ctx, ids)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, s.store.RememberPassports(ctx, found)
}
