package signatures

import (
	"fmt"
	"maps"
	"slices"
)

// Report says what the signatures of a document have shown.
type Report struct {
	// Signed events carry a good signature of a listed key; OfVehicle of them one of the vehicle's own key.
	Signed    int `json:"signed"`
	OfVehicle int `json:"of_vehicle"`
	// Unsigned events carry none.
	Unsigned int `json:"unsigned"`
	// NotCounted carry one that proves nothing here.
	NotCounted []NotCounted `json:"not_counted"`
	// NotShown are, for each source that signs with the vehicle's own key, how many numbers below its highest shown are not in
	// the document.
	NotShown map[string]uint64 `json:"not_shown"`
	// Checks says in plain words what was checked and holds, Limits what it cannot show.
	Checks []string `json:"checks"`
	Limits []string `json:"limits"`
}

// NotCounted is a signature that proves nothing here.
type NotCounted struct {
	// At is the event's place, such as "lists[0].entries[3]".
	At string `json:"at"`
	// Key is the name of the key that the signature names.
	Key string `json:"key"`
	Why string `json:"why"`
}

func (c *checker) report() Report {
	r := Report{
		Signed: c.signed, OfVehicle: c.ofVehicle, Unsigned: c.unsigned, NotCounted: c.notCounted, NotShown: map[string]uint64{},
		Limits: []string{
			"Whose key is whose: your list says so. The platform journals every enrolment and revocation, but this document does not hold them.",
			"A signature shows who sent an event, not that it is true.",
			"What a source signed last: numbers above the highest shown may exist.",
		},
	}
	if c.signed > 0 {
		r.Checks = append(r.Checks, fmt.Sprintf(
			"%d of the %d events were signed by their sources with keys of your list: neither the platform nor anybody between made or changed them.",
			c.signed, c.signed+c.unsigned+len(c.notCounted)))
	}
	if c.ofVehicle > 0 {
		r.Checks = append(r.Checks, fmt.Sprintf("%d of them were signed with the vehicle's own key.", c.ofVehicle))
	}
	for _, source := range slices.Sorted(maps.Keys(c.numbers)) {
		shown := c.numbers[source]
		end := slices.Max(slices.Collect(maps.Keys(shown))) + 1
		missing := end - uint64(len(shown))
		r.NotShown[source] = missing
		if missing == 0 {
			r.Checks = append(r.Checks, fmt.Sprintf("The vehicle numbers what it signs as %s: all numbers from 0 to %d are here, none was left out between them.", source, end-1))
		} else {
			r.Limits = append(r.Limits, fmt.Sprintf("The vehicle numbers what it signs as %s: %d of the numbers from 0 to %d are not here. Those events were refused, lost, or withheld here.", source, missing, end-1))
		}
	}
	return r
}
