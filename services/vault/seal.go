package vault

import "github.com/google/uuid"

// Sealed is encrypted personal data with the id of the data key it is encrypted under.
type Sealed struct {
	Ciphertext []byte
	KeyID      uint32
}

// Sealer encrypts personal data for storage. place says where the ciphertext stands and is authenticated with it: Open
// fails for another place.
type Sealer interface {
	Seal(plaintext []byte, place string) (Sealed, error)
	Open(ciphertext []byte, place string) ([]byte, error)
}

// identityPlace is where the VIN of a vehicle stands.
func identityPlace(vehicle uuid.UUID) string { return "vehicle_identity/" + vehicle.String() }

// holderPlace is where a holder's identity stands. Vehicle and member belong to it, so that no change of the row's other
// columns hands a person to somebody else.
func holderPlace(id, vehicle uuid.UUID, member string) string {
	return "holder/" + id.String() + "/" + vehicle.String() + "/" + member
}
