// Package history reads the mileage histories of vehicles from files, for
// import into passports, and knows nothing of the platform it is read for.
//
// [Open] gives a [Source] by the name of a format; each call of Next returns one
// vehicle with its readings. Memory is bounded by one line of the file
// ([MaxLineBytes]) and one VIN a vehicle.
//
// # Accounting
//
// A row is what could become one event: one reading of one vehicle. Every row
// of a file is either in Record.Readings or in Record.Rejections, with its line
// and a [Code], and [Tally] holds the exact sums:
//
//	RowsRead = Accepted + the sum of Rejected
//
// A line that cannot be taken apart into rows counts as one row. Blank lines are
// no rows.
//
// # What is rejected
//
// Only what no event can express: a row without mileage, without a day, in a
// unit that does not exist, or of nobody. Whether a mileage is plausible is not
// judged here: zeros, decreases, values over a million, inspections before the
// first registration are sent on as they are.
//
// # Duplicates
//
// Rows of one vehicle may be equal in every field. Each keeps an identity of its
// own ([Reading.EventID] counts equal rows), so all of them are sent and the
// platform judges them; a second import of the same file makes the same ids and
// changes nothing. A vehicle that returns on a later line of the same file is
// rejected with [CodeVehicleRepeated], because its rows could not be counted
// without keeping all vehicles in memory.
//
// # Identity
//
// Vehicles of public collections carry pseudonyms. [TestVIN] turns each into a
// well-formed VIN that no manufacturer can have issued.
package history
