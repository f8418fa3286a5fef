package registry

import "time"

// ErasureNotice asks members to delete what they hold of a passport's holders, since the vault has erased their identities.
type ErasureNotice struct {
	// Number is the notice's place in the list.
	Number    int64
	Passport  string
	EraseTime time.Time
}

// Key is the place of n in the list. The zero value is before the first.
func (n ErasureNotice) Key() int64 { return n.Number }
