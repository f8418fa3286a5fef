// Package app is the frame that services run in, the same for one service a process and for all services in one.
//
// A Process has the log, telemetry, the admin port and the listeners of the services that live in it. A Base is what one
// service gets from its configuration: certificate, authentication, gRPC server, database pools, broker connection, and
// connections to other services. Process.Dial is the only code that knows which service runs where.
package app
