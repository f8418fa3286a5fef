// Package nats runs the development stack's message broker: NATS with JetStream inside a process of its own, in
// operator mode, so that each member organisation has an account that no other can see into.
//
// Durability: JetStream acknowledges a message after write(2) and by itself calls fsync once in two minutes. Here it
// calls fsync before every acknowledgement (sync_interval: always): what was acknowledged survives the loss of power.
// Callers pay for it once a message, so events travel in batches.
package nats
