// Package passportpdf prints a verified proof document for people: one PDF with the vehicle's history, the proof document
// itself attached byte for byte, and a code that leads to where it can be verified.
//
// The pages prove nothing, and say so: whoever doubts them takes the attachment out and verifies it. Equal documents make
// equal files.
package passportpdf
