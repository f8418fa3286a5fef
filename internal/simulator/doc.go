// Package simulator makes odometer histories whose truth is known: lives of vehicles, what sources read, what they got
// wrong, and who turned a counter back.
//
// A vehicle and its label are two values, so that nobody who is given the vehicle has the truth. The same seed and rates
// give the same vehicles. The package imports the standard library only, and no detector.
package simulator
