// Package fabric holds the files from which a Fabric network of the platform is
// made: templates of the inputs of cryptogen and configtxgen, and the external
// builder by which peers use a chaincode that runs as a service.
package fabric

import "embed"

// Files holds:
//
//	crypto-config.yaml.tmpl   organisations and their certificates
//	configtx.yaml.tmpl        the channel: members, policies, orderers
//	builders/ccaas/bin        external builder of the peers, shell scripts
//
//go:embed *.tmpl builders
var Files embed.FS
