// Package eventlist says which list each event of a vehicle belongs to: one list
// for each vehicle and class of events. The map of completeness has the head of
// every list, so that who shows a list cannot leave an event out.
//
// It imports the standard library and the hashes of the map, and is therefore
// part of the offline verifier.
//
// # Tag
//
// A vehicle's public tag stands for its VIN where the VIN may not be:
//
//	input = "pcc/vault/vin/v1" || 0x00 || the VIN's 17 characters, upper case
//	tag   = SHA-256("pcc-vehicle-tag/v1" || 0x00 || VOPRF output (64) for the input)
//
// The VOPRF is that of RFC 9497 with the suite ristretto255-SHA512.
//
// Equal VINs have equal tags, so that a vehicle cannot have a second set of
// lists. Without the tag key nobody computes a tag from a VIN, and nobody a VIN
// from a tag. A tag is personal data nevertheless, because it singles a vehicle
// out: it is never logged and never on the ledger.
//
// # Key
//
// The key names the list of a vehicle and a class. Journal entries carry it, and
// the map has the list's head under it.
//
//	key = SHA-256("pcc-event-list/v1" || 0x00 || tag (32) || class (ASCII))
//
// Who does not know the tag cannot tell which keys are of one vehicle.
//
// # Classes
//
// A class is what is read and disclosed as a whole. The list is closed: a new kind
// of event joins a class by [ClassOf], and a kind never changes its class,
// because events that are journaled stay in their lists.
//
//	odometer    mileages read by themselves, and replaced instrument clusters
//	usage       trips, charging, refuelling, washes
//	battery     measurements of the traction battery
//	workshop    services, repairs, parts, tyres, software, trouble codes
//	inspection  statutory inspections
//	damage      incidents, claims, total losses
//	theft       thefts and recoveries
//	recall      recalls issued and performed
//	register    registrations, changes of owner, exports, imports, dismantling
//	note        corrections and disputes of other events
//
// A mileage that comes with another event, such as an inspection, is in that
// event's list.
package eventlist
