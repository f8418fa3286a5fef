package vault

import (
	"context"

	"github.com/google/uuid"
)

// Sealed is encrypted personal data with the id of the data key it is encrypted under.
type Sealed struct {
	Ciphertext []byte
	KeyID      uint32
}

// Sealer encrypts personal data for storage, under the vault's data key and under a key of the row's own, which an erasure destroys.
// place says where the ciphertext stands and is authenticated with it: Open fails for another place.
type Sealer interface {
	Seal(ctx context.Context, shred ShredKey, plaintext []byte, place string) (Sealed, error)
	// Open fails with ErrShredded when the row's own key was destroyed.
	Open(ctx context.Context, shred ShredKey, ciphertext []byte, place string) ([]byte, error)
}

// ShredKey is the random name of a key that can be destroyed. The key itself is in no database, and so in no backup of one.
type ShredKey = uuid.UUID

// Shredder destroys keys.
type Shredder interface {
	// Destroy destroys keys for good, and is on disk when it returns. Those that are gone stay gone.
	Destroy(ctx context.Context, keys []ShredKey) error
	// Destroyed returns those of keys that are gone.
	Destroyed(ctx context.Context, keys []ShredKey) ([]ShredKey, error)
}

// identityPlace is where the VIN of a vehicle stands.
func identityPlace(vehicle uuid.UUID) string { return "vehicle_identity/" + vehicle.String() }

// holderPlace is where a holder's identity stands. Vehicle and member belong to it, so that no change of the row's other
// columns hands a person to somebody else.
func holderPlace(id, vehicle uuid.UUID, member string) string {
	return "holder/" + id.String() + "/" + vehicle.String() + "/" + member
}
