// Package fabric brings up a Fabric network of three member organisations on
// loopback, with the platform's chaincode, out of the native commands.
//
//	member organisation: one peer + one chaincode process, linked by mutual TLS
//	raft1:               one orderer
//	bft4:                four orderers of four organisations, one of which may fail
//
// A first Up makes everything below Config.Dir:
//
//	network.json   topology, ports, and whether the first Up completed
//	crypto/        cryptogen's output: CAs, nodes, administrators, one user a member
//	link/<org>/    TLS between peer and chaincode
//	config/        inputs and outputs of configtxgen; Fabric's own core.yaml and orderer.yaml
//	packages/      the chaincode packages
//	data/          ledgers
//
// Ports are part of the channel's configuration, so a later Up uses those of the
// first and continues the same ledger. A first Up that did not complete is started
// over: nothing can be on a channel that nobody was told about.
package fabric
