package ledger

import (
	"fmt"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// RangeState is the part of the chaincode stub that reads keys from start, to end
// without it.
type RangeState interface {
	GetStateByRange(start, end string) (shim.StateQueryIteratorInterface, error)
}

// End returns the end of the range of all keys with a prefix, which ends in '/'.
func End(prefix string) string { return strings.TrimSuffix(prefix, "/") + afterSlash }

// afterSlash is the byte after '/'.
const afterSlash = "0"

// Entry is one key and its value.
type Entry struct {
	Key   string // without the prefix
	Value []byte
}

// List returns at most limit entries under a prefix that follow the key after, which
// is without the prefix; "" starts at the first. The prefix ends in '/'.
func List(state RangeState, prefix, after string, limit int) ([]Entry, error) {
	start := prefix
	if after != "" {
		start = prefix + after + "\x00" // the first key after it
	}
	found, err := state.GetStateByRange(start, End(prefix))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", prefix, err)
	}
	defer found.Close()
	var page []Entry
	for len(page) < limit && found.HasNext() {
		entry, err := found.Next()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", prefix, err)
		}
		page = append(page, Entry{Key: strings.TrimPrefix(entry.GetKey(), prefix), Value: entry.GetValue()})
	}
	return page, nil
}

// LastOfEach returns the last values of at most limit series under a prefix that
// follow the series named after; "" starts at the first. The prefix ends in '/', and
// no name has one. The order is that of the keys.
func LastOfEach(state RangeState, prefix, after string, limit int) ([]string, error) {
	start := prefix
	if after != "" {
		start = End(prefix + after + "/")
	}
	versions, err := state.GetStateByRange(start, End(prefix))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", prefix, err)
	}
	defer versions.Close()
	// A series' values are adjacent and in ascending order.
	page := []string{}
	var current string
	for versions.HasNext() {
		version, err := versions.Next()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", prefix, err)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(version.GetKey(), prefix), "/")
		switch {
		case name == current:
			page[len(page)-1] = string(version.GetValue())
		case len(page) == limit:
			return page, nil
		default:
			current, page = name, append(page, string(version.GetValue()))
		}
	}
	return page, nil
}
