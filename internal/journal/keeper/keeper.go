// Package keeper says which service keeps a stream of the journal in its schema.
package keeper

import (
	"regexp"
	"slices"
	"strings"
)

// Index is the stream of epoch records, the only one with a name of one word.
const Index = "index"

// second is the second word of a stream's name, most often a member.
var second = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)

// table has the services by the first words of their streams' names.
func table() map[string]string {
	return map[string]string{
		Index:        "anchor",
		"ingest":     "ingest",
		"keys":       "ingest",
		"registry":   "registry",
		"settlement": "settlement",
	}
}

// Of returns the service that keeps the stream of that name, such as "ingest/oem"; or false when there can be no such stream.
func Of(stream string) (service string, ok bool) {
	first, rest, parted := strings.Cut(stream, "/")
	service, ok = table()[first]
	if first == Index {
		return service, !parted
	}
	return service, ok && second.MatchString(rest)
}

// MemberOf returns the member whose own doings a stream has, or false for one that is of nobody or of all: settlement's ledger has every
// member's transfers.
func MemberOf(stream string) (member string, ok bool) {
	first, member, _ := strings.Cut(stream, "/")
	if _, known := Of(stream); !known || first == Index || first == "settlement" {
		return "", false
	}
	return member, true
}

// Services returns all services that keep streams, ascending.
func Services() []string {
	var services []string
	for _, service := range table() {
		services = append(services, service)
	}
	slices.Sort(services)
	return slices.Compact(services)
}
