// Package probe makes requests for any RPC of the platform from its proto alone: the fields' rules say what fits where, and the
// HTTP rule how it is asked for over REST. A new RPC is thereby probed from its first day.
package probe
