// Package epcis holds the part of GS1's EPCIS 2.0 that speaks of vehicles and
// their parts, in its JSON-LD form, and writes a passport's events in it.
//
// EPCIS says what happened to which objects when, where and why, and knows no
// odometers or trouble codes. [Write] therefore puts the whole event beside the
// standard's own fields, as the extension "pcc:kind" and "pcc:data": any EPCIS
// reader understands the step and the object, and the platform's own import gets
// back exactly the event that was written.
package epcis
