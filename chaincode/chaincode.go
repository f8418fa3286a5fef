// Package chaincode assembles the platform's contracts into one Fabric chaincode
// and serves it to the peer.
//
//	model        records, canonical bytes, hashes and transitions; standard library only
//	possession   proofs of readers for the ledger, for members' software
//	endorsement  offline check of what a peer signed; standard library only
//	anchor       contract: epochs
//	membership   contract: members' directory
//	access       contract: who may read confidential data, and who holds its keys
//	cmd          the program a peer talks to
//
// # Invariants
//
// No transaction answers with a record hash of the client's choosing. Peers sign the
// answer, and verifiers take a signed record hash to mean that the record was found
// valid. Texts that clients wrote are answered only in forms that no hash has.
//
// No record holds a VIN, a vehicle's tag or anything about a person: model has no
// field that could.
package chaincode

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/access"
	"github.com/pcc-platform/pcc/chaincode/anchor"
	"github.com/pcc-platform/pcc/chaincode/membership"
)

// New returns the chaincode with all contracts, for a peer with the clock.
func New(clock func() time.Time) (*contractapi.ContractChaincode, error) {
	cc, err := contractapi.NewChaincode(anchor.New(), membership.New(), access.New(clock))
	if err != nil {
		return nil, fmt.Errorf("assemble chaincode: %w", err)
	}
	return cc, nil
}

// Serve runs the chaincode as a service until it fails. It is configured by
// Fabric's own variables, read through getenv first so that a mistake is refused
// here instead of leaving the library to serve in the clear or to dial a peer:
//
//	CHAINCODE_SERVER_ADDRESS      host:port to listen on
//	CORE_CHAINCODE_ID_NAME        package id given by the peer
//	CORE_PEER_TLS_ENABLED         must be true
//	CORE_TLS_CLIENT_CERT_FILE     this server's certificate, PEM
//	CORE_TLS_CLIENT_KEY_FILE      its key, PEM
//	CORE_PEER_TLS_ROOTCERT_FILE   CA of the peers that may connect, PEM
func Serve(getenv func(string) string) error {
	for _, name := range []string{
		"CHAINCODE_SERVER_ADDRESS", "CORE_CHAINCODE_ID_NAME",
		"CORE_TLS_CLIENT_CERT_FILE", "CORE_TLS_CLIENT_KEY_FILE", "CORE_PEER_TLS_ROOTCERT_FILE",
	} {
		if getenv(name) == "" {
			return fmt.Errorf("environment variable %s is not set", name)
		}
	}
	if enabled, err := strconv.ParseBool(getenv("CORE_PEER_TLS_ENABLED")); err != nil || !enabled {
		return errors.New("environment variable CORE_PEER_TLS_ENABLED is not true: the chaincode serves with mutual TLS only")
	}
	cc, err := New(time.Now)
	if err != nil {
		return err
	}
	return cc.Start()
}
