// Package wire translates between the registry's types and its protobuf messages, for its RPCs and its bus messages.
package wire
