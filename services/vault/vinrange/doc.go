// Package vinrange reads ranges of vehicle identification numbers as recalls state them, and says which VINs are in them. It
// is pure.
//
// # What is read
//
//   - Two ends of 17 characters, in either order within a model year. Characters may be masked by *, #, ? or a point: they match anything.
//   - Two ends of 6 to 16 characters, or of 17 that begin with at least eight zeros: the ends of VINs, whatever comes before.
//     Such a range is Truncated and says nothing without the maker's world manufacturer identifiers. Bare digits are filled
//     up with zeros to six.
//   - Case, white space and characters beyond ASCII do not matter. One cell may hold "A to B", or several VINs of 17
//     characters, in pairs with the other cell.
//
// Everything else, such as "various", frame numbers, model codes or ends of different lengths, is ErrMalformed: to guess would
// recall the wrong cars.
//
// # What is in a range
//
// A VIN is a descriptor, of which some characters vary between the variants of a model, and a serial number: at least the last
// six characters, and up to eight if they are digits in both ends. The serial number must lie between those of the ends, and
// each character of the descriptor between the ends' characters in its place. Two places are special:
//
//   - The ninth is a check digit in many markets. It is ignored where it differs or is the right check digit in both ends.
//   - The tenth is the model year in many. Where the second end's is up to ten years later, serial numbers begin anew with each
//     year, and the range reaches from the first end's number in its year to the second end's in its.
package vinrange
