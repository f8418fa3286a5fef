// Package access measures reading confidential fields: what each step costs, and whole reads over the network with trustees as
// members run them, beside an envelope whose key a key management service unwraps.
//
// Trustees run in the process of the benchmark, each with its own store and its own port behind TLS 1.3, and make and share anew their
// key by the protocol that they use in production. The ledger is in memory: what it would add is the time until a transaction is
// committed, and one question of each trustee to its peer. CPU is that of the whole process, that is of reader and trustees
// together.
package access
