package epoch

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid says that what was given cannot be part of an epoch, or is no encoded state.
	ErrInvalid = errors.New("epoch: invalid")
	// ErrDamaged says that a list which was loaded is not the one of which the map has the head.
	ErrDamaged = errors.New("epoch: the list is not the map's")
)

// Part is a part of what a record says.
type Part string

// Parts that can differ.
const (
	PartStream  Part = "presence of a stream"
	PartSize    Part = "size of a stream"
	PartRoot    Part = "root of a stream"
	PartMapRoot Part = "root of the map"
	PartMapKeys Part = "number of keys of the map"
)

// Difference is one thing that a record says otherwise than its entries do. It is an error.
type Difference struct {
	Part Part
	// Stream is its name; empty for the map.
	Stream string
}

// Error names the part and the stream.
func (d *Difference) Error() string {
	if d.Stream == "" {
		return fmt.Sprintf("epoch: the %s differs", d.Part)
	}
	return fmt.Sprintf("epoch: stream %s: the %s differs", d.Stream, d.Part)
}
