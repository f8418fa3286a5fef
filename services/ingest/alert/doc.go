// Package alert says what is alarming about a vehicle. It is pure: marks and uses go in, alerts come out.
//
// A mark is something that changes what is normal for a vehicle: a total loss, its lifting, a theft, a recall. A use is an
// event that shows the vehicle being used or seen. From the marks follow watches, which are times in which a use is
// alarming, and alerts that need no use.
//
// # The rule of late data
//
// Only the times at which things happened count, never those at which they became known: a reading is judged against the
// vehicle's life cycle as it was when the reading was taken. So a total loss that arrives after the readings that follow it
// still gives the alert, and a lifting that arrives late explains the alerts that it should have prevented. A step of the
// registry's life cycle happened when it was made there, because nothing tells of an earlier time. At the same instant what
// ends a state comes after what begins one. Events that were taken back, or against which a dispute was upheld, are left out by
// the caller; an alert that rested on one of them is then explained.
//
// # Invariants
//
//   - The open alerts depend on what is known and on the policy alone, not on the order in which it became known.
//   - One state of a vehicle gives one alert of a kind, however many uses show it and however often it is declared: an
//     alert's identity is its passport, its kind and its cause.
//   - Nothing disappears: an alert that later knowledge does not give any more is explained.
package alert
