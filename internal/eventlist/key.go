package eventlist

import (
	"crypto/sha256"

	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
)

const (
	tagDomain = "pcc-vehicle-tag/v1\x00"
	keyDomain = "pcc-event-list/v1\x00"
)

// Key names a list, in journals and in the map of completeness.
type Key = headmap.Key

// KeyOf returns the key of the list of a vehicle's events of one class.
func KeyOf(tag Tag, class Class) Key {
	b := make([]byte, 0, len(keyDomain)+TagBytes+len(class))
	b = append(b, keyDomain...)
	b = append(b, tag[:]...)
	return sha256.Sum256(append(b, class...))
}
