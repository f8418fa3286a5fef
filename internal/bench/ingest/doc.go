// Package ingest measures the ingest path side by side, in one run on one machine:
//
//	ceiling    gRPC stream of batches -> JetStream with fsync -> COPY, the same rows and indexes and none of our checks
//	platform   everything the platform does: authorised, checked, deduplicated, scored, journaled, queryable
//	obvious    one unary call an event -> INSERT
//
// The reference pipelines (plain.go) run in a process of their own against the same PostgreSQL and NATS. Figures are rates,
// CPU by process and latencies of this run; only their ratios mean something on a shared machine. No figure decides a
// test.
package ingest
