// Package importer brings a history file into passports through the platform's public APIs: each vehicle is bound by the
// vault and enrolled by the registry, and each row is sent as an event over a gRPC stream.
//
// An import can be repeated: vehicles that are enrolled and events that are known are found again and counted as such. It
// survives the loss of any connection: what was not acknowledged is sent once more, and the platform gives every event
// exactly one effect.
package importer
