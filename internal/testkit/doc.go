// Package testkit gives tests the real servers they need: a fresh PostgreSQL database each on a shared server, a NATS
// server each, and a shared Keto in which every test uses names of its own.
//
// The shared servers belong to the whole test run: `make test` starts them around go test (see package servers) and
// tells the tests by environment. A test that does not find them fails; it never skips.
package testkit
