package access

import (
	"slices"
	"strings"
)

// Class is a class of events, such as "workshop"; it is what is read as a whole.
type Class string

// Classes returns all classes, in byte order.
func Classes() []Class {
	return []Class{"battery", "damage", "inspection", "note", "odometer", "recall", "register", "theft", "usage", "workshop"}
}

// Purpose is what a reader wants data for. The list is closed.
type Purpose string

// Purposes returns all purposes, in byte order.
func Purposes() []Purpose {
	return []Purpose{
		"claim_assessment", "data_subject", "legal_obligation", "maintenance", "purchase", "research", "roadworthiness",
		"underwriting", "warranty",
	}
}

// Action is what a rule allows.
type Action string

// The actions that are of no class.
const (
	Evolve  Action = "evolve"  // write the policy's next version
	Recover Action = "recover" // write it where those who evolve cannot, such as after the loss of a key
	Revoke  Action = "revoke"  // end a request to read that was recorded under the policy
)

const (
	readPrefix  = "read:"
	writePrefix = "write:"
)

// Read is to read the confidential data of a class.
func Read(c Class) Action { return readPrefix + Action(c) }

// Write is to register capsules of a class, and so to write its confidential data.
func Write(c Class) Action { return writePrefix + Action(c) }

// IsRead reports whether a is a Read: the only actions that have a purpose.
func (a Action) IsRead() bool { return strings.HasPrefix(string(a), readPrefix) }

// Known reports whether a is on the closed list.
func (a Action) Known() bool {
	switch a {
	case Evolve, Recover, Revoke:
		return true
	}
	class, found := strings.CutPrefix(string(a), readPrefix)
	if !found {
		class, found = strings.CutPrefix(string(a), writePrefix)
	}
	return found && slices.Contains(Classes(), Class(class))
}
