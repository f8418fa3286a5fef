// Package history reads what happened to vehicles from files of other systems,
// for import into passports, and knows nothing of the platform but the kinds of
// its events.
//
// [Open] gives a [Source] by the name of a format; each call of Next returns one
// vehicle with some of its events. docs/formats.md says which field of which
// format goes where, and what is left out.
//
// # Accounting
//
// A row is what could become one event: a line of a table, one reading of a
// vehicle, one control unit of a diagnostic session. Every row of a file is
// either in Record.Events or in Record.Rejections, with its line and a [Code],
// and [Tally] holds the exact sums:
//
//	RowsRead = Accepted + the sum of Rejected
//
// A line or element that cannot be taken apart into rows counts as one row. Blank
// lines are no rows.
//
// # What is rejected
//
// Only what no event can express: a row of nobody, without a day, in a unit that
// is not stated, of a kind there is no event for, or against the rules of its
// kind. Whether a mileage is plausible is not judged here: zeros, decreases,
// values over a million, inspections before the first registration are sent on
// as they are. A reason never repeats what the row says.
//
// # Duplicates and later editions
//
// Where rows have a name of their own in the source ([Event.Key]), that name makes
// the event's id: a row that comes again with other content is refused by the
// platform as EVENT_ID_REUSED, and has to be sent as a correction. Where they have
// none, the content makes the id. Equal rows of one record are counted apart
// (Occurrence), so all of them are sent and the platform judges them; equal rows
// on different lines are one event. A second import of the same file makes the
// same ids and changes nothing.
//
// In a format with one line a vehicle, a vehicle that returns on a later line is
// rejected with [CodeVehicleRepeated], because its rows could not be counted
// without keeping all of them in memory.
//
// # Memory
//
// It is bounded by one line or element of the file ([MaxLineBytes]), by one VIN a
// vehicle in formats with one line a vehicle ([MaxVehicles]), and by the file of
// identities ([MaxIdentities]).
//
// # Identity
//
// Vehicles of public collections carry pseudonyms. [TestVIN] turns each into a
// well-formed VIN that no manufacturer can have issued. Names that other systems
// have for vehicles or their holders, such as charge contracts, are translated by
// a file of identities and leave the program nowhere.
package history
