// Package ledger keeps append-only numbered values in Fabric's world state.
//
// Value n of a series is stored once, under its own key, and never replaced. A
// head key that every writer replaces would make all transactions of a block
// conflict; here a transaction reads that its own key is absent, which Fabric
// re-checks at commit, so exactly one writer of a number wins.
package ledger

import "fmt"

// maxDoublings bounds the search for the end of a series: 2^40 values.
const maxDoublings = 40

// State is the part of the chaincode stub that reads one key; a nil value means absent.
type State interface {
	GetState(key string) ([]byte, error)
}

// Key returns the key of value n of the series, n zero-padded to 20 digits so
// that keys sort by number.
func Key(series string, n uint64) string { return fmt.Sprintf("%s/%020d", series, n) }

// Read returns value n of the series, or nil if it is absent.
func Read(state State, series string, n uint64) ([]byte, error) {
	value, err := state.GetState(Key(series, n))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Key(series, n), err)
	}
	return value, nil
}

// Latest returns the last value of a series numbered from 1 without gaps, and its
// number; (0, nil) if the series is empty. It reads O(log n) keys: doubling until
// a number is absent, then halving between.
func Latest(state State, series string) (uint64, []byte, error) {
	var low uint64 // present, or zero
	var last []byte
	high := uint64(1) // absent once the first loop ends
	for range maxDoublings {
		value, err := Read(state, series, high)
		if err != nil {
			return 0, nil, err
		}
		if value == nil {
			break
		}
		low, last, high = high, value, high*2
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		value, err := Read(state, series, middle)
		if err != nil {
			return 0, nil, err
		}
		if value == nil {
			high = middle
		} else {
			low, last = middle, value
		}
	}
	return low, last, nil
}
