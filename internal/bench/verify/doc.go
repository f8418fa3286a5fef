// Package verify measures writes and reads that their caller verifies: of the journal on PostgreSQL, and of immudb, embedded and
// as a server, with the same rows on the same machine in one run.
//
// A verified write is a transaction of rows, and the caller's check that the new root continues the one it trusted and
// covers each row. A verified read is a row with the check that it is under a root that the caller trusts. In all of
// them the transaction is on disk before it counts.
//
// The journal is the library on a PostgreSQL server of its own, each writer with a stream of its own, as members have. immudb is
// the program of tools/immudb; its embedded form has no other process to ask, and is the one that the journal is not
// comparable to in what it saves.
package verify
