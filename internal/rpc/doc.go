// Package rpc is how services of the platform serve and call gRPC: one server and one client constructor, with the same
// interceptors in every process shape.
//
// A server authenticates (internal/authn), authorises (internal/authz), validates the message by its proto's rules,
// bounds the call by a deadline, turns errors into status once, and traces, measures and logs the call. A client maps
// status back into apperr, so that a reason crosses any number of hops.
package rpc
