// Command bench-immudb writes and reads rows in immudb, verified, embedded and as a server, and prints what it measured as
// JSON. It is the other side of `make bench-verify` and a part of nothing that is shipped: immudb's licence is the BUSL.
package main
