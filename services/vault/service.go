package vault

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Store keeps vehicles and holders.
type Store interface {
	// BindVehicles stores those vehicles whose tags are new and returns all, also the ones that were there, in no order.
	// The tags are distinct. New vehicles are audited in the same transaction.
	BindVehicles(ctx context.Context, vehicles []NewVehicle) ([]Vehicle, error)
	// VehicleByTag returns the vehicle's id or ErrVehicleNotFound.
	VehicleByTag(ctx context.Context, tag Tag) (uuid.UUID, error)
	// BoundVehicles returns those of ids that are stored, in no order; Created is false.
	BoundVehicles(ctx context.Context, ids []uuid.UUID) ([]Vehicle, error)
	// Identities returns up to limit sealed VINs of vehicles with ids above after, in their order; the call is audited.
	Identities(ctx context.Context, after uuid.UUID, limit int) ([]SealedVIN, error)
	// IdentitiesOf returns the sealed VINs of those of ids that have one, in no order; the call is audited.
	IdentitiesOf(ctx context.Context, ids []uuid.UUID) ([]SealedVIN, error)
	// ClassKey returns the half for a policy and class, or ErrClassKeyNotFound; the call is audited.
	ClassKey(ctx context.Context, policy string, class eventlist.Class) (SealedClassKey, error)
	// InsertClassKey stores a half unless there is one. The error is ErrVehicleUnknown when the vehicle is not bound.
	InsertClassKey(ctx context.Context, k SealedClassKey) error
	// RefuseRestricted returns ErrRestricted when the processing of a vehicle, or of a holder (uuid.Nil for none), is restricted.
	RefuseRestricted(ctx context.Context, vehicle, holder uuid.UUID) error
	// AuditHolderRead records that the caller reads a holder, and is on disk when it returns.
	AuditHolderRead(ctx context.Context, id uuid.UUID) error
	// Holder returns a holder of member or ErrHolderNotFound.
	Holder(ctx context.Context, member string, id uuid.UUID) (SealedHolder, error)
}

// Tx is the transaction in which a holder is registered and the answer to the caller's request id recorded.
type Tx interface {
	// InsertHolder stores and audits a holder; its error is ErrVehicleUnknown when the vehicle is not bound.
	InsertHolder(ctx context.Context, h SealedHolder) error
}

// Service offers the vault's use cases.
type Service struct {
	store  Store
	tagger Tagger
	sealer Sealer
}

// NewService returns a Service.
func NewService(store Store, tagger Tagger, sealer Sealer) *Service {
	return &Service{store: store, tagger: tagger, sealer: sealer}
}

// BindVehicles binds at most MaxBatch VINs. The bindings stand in the order of raw; a malformed VIN refuses only itself,
// and a repeated one is created at most once.
func (s *Service) BindVehicles(ctx context.Context, raw []string) ([]Binding, error) {
	bindings := make([]Binding, len(raw))
	var vins []VIN
	var positions []int // of vins in raw
	for i, r := range raw {
		vin, err := ParseVIN(r)
		if err != nil {
			bindings[i].Err = err
			continue
		}
		vins, positions = append(vins, vin), append(positions, i)
	}
	if len(vins) == 0 {
		return bindings, nil
	}
	tags, err := s.tagger.Tags(ctx, vins)
	if err != nil {
		return nil, fmt.Errorf("vault: tag: %w", err)
	}
	vehicles, err := s.bind(ctx, vins, tags)
	if err != nil {
		return nil, err
	}
	for i, tag := range tags {
		v := vehicles[tag]
		bindings[positions[i]] = Binding{Vehicle: v.ID, Tag: tag.Public(), Created: v.Created}
		v.Created = false // the next one of the same VIN finds it there
		vehicles[tag] = v
	}
	return bindings, nil
}

// bind stores what is new and returns the vehicles by their tags.
func (s *Service) bind(ctx context.Context, vins []VIN, tags []Tag) (map[Tag]Vehicle, error) {
	seen := make(map[Tag]Vehicle, len(tags))
	candidates := make([]NewVehicle, 0, len(tags))
	for i, tag := range tags {
		if _, repeated := seen[tag]; repeated {
			continue
		}
		seen[tag] = Vehicle{}
		c := NewVehicle{ID: uuid.New(), Tag: tag, ShredKey: uuid.New()}
		var err error
		if c.Identity, err = s.sealer.Seal(ctx, c.ShredKey, []byte(vins[i].Reveal()), identityPlace(c.ID)); err != nil {
			return nil, fmt.Errorf("vault: seal a VIN: %w", err)
		}
		candidates = append(candidates, c)
	}
	stored, err := s.store.BindVehicles(ctx, candidates)
	if err != nil {
		return nil, err
	}
	if len(stored) != len(candidates) {
		return nil, fmt.Errorf("vault: %d vehicles for %d tags", len(stored), len(candidates))
	}
	for _, v := range stored {
		seen[v.Tag] = v
	}
	return seen, nil
}

// LookupVehicle returns the vehicle of a VIN, or ErrVINLength, ErrVINAlphabet, ErrVehicleNotFound or ErrRestricted.
func (s *Service) LookupVehicle(ctx context.Context, raw string) (Vehicle, error) {
	vin, err := ParseVIN(raw)
	if err != nil {
		return Vehicle{}, err
	}
	tags, err := s.tagger.Tags(ctx, []VIN{vin})
	if err != nil {
		return Vehicle{}, fmt.Errorf("vault: tag: %w", err)
	}
	id, err := s.vehicleByTag(ctx, tags[0])
	return Vehicle{ID: id, Tag: tags[0]}, err
}

// ProveVehicle returns the proof that the tag of a VIN is that VIN's, or ErrVINLength, ErrVINAlphabet, ErrVehicleNotFound or
// ErrRestricted.
func (s *Service) ProveVehicle(ctx context.Context, raw string) (Vehicle, TagProof, error) {
	vin, err := ParseVIN(raw)
	if err != nil {
		return Vehicle{}, TagProof{}, err
	}
	tag, proof, err := s.tagger.Prove(ctx, vin)
	if err != nil {
		return Vehicle{}, TagProof{}, fmt.Errorf("vault: prove a tag: %w", err)
	}
	id, err := s.vehicleByTag(ctx, tag)
	if err != nil {
		return Vehicle{}, TagProof{}, err
	}
	return Vehicle{ID: id, Tag: tag}, proof, nil
}

// vehicleByTag returns the vehicle's id, ErrVehicleNotFound or ErrRestricted.
func (s *Service) vehicleByTag(ctx context.Context, tag Tag) (uuid.UUID, error) {
	id, err := s.store.VehicleByTag(ctx, tag)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.store.RefuseRestricted(ctx, id, uuid.Nil); err != nil {
		return uuid.Nil, err
	}
	return id, nil
}

// ResolveVehicles returns those of at most MaxBatch handles that are bound, in no order.
func (s *Service) ResolveVehicles(ctx context.Context, ids []uuid.UUID) ([]Vehicle, error) {
	return s.store.BoundVehicles(ctx, ids)
}

// RegisterHolder stores in tx who holds a vehicle, for one member.
func (s *Service) RegisterHolder(ctx context.Context, tx Tx, member string, vehicle uuid.UUID, identity Identity) (uuid.UUID, error) {
	h := SealedHolder{ID: uuid.New(), Member: member, Vehicle: vehicle, ShredKey: uuid.New()}
	if err := h.seal(ctx, s.sealer, identity); err != nil {
		return uuid.Nil, err
	}
	return h.ID, tx.InsertHolder(ctx, h)
}

// Holder returns a holder to the member that registered it, or ErrHolderNotFound or ErrRestricted. The reading is on record before
// anything is decrypted.
func (s *Service) Holder(ctx context.Context, member string, id uuid.UUID) (Holder, error) {
	if err := s.store.AuditHolderRead(ctx, id); err != nil {
		return Holder{}, err
	}
	sealed, err := s.store.Holder(ctx, member, id)
	if err != nil {
		return Holder{}, err
	}
	if err := s.store.RefuseRestricted(ctx, sealed.Vehicle, id); err != nil {
		return Holder{}, err
	}
	return sealed.open(ctx, s.sealer)
}
