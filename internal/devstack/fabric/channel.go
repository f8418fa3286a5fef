package fabric

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// join makes every orderer and peer part of the channel and installs the chaincode
// on every peer. None of this needs the others to be done.
func join(ctx context.Context, cfg Config, p plan, packages map[string]chaincodePackage) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, o := range p.orderers() {
		group.Go(func() error {
			return run(ctx, nil, cfg.bin("osnadmin"), "channel", "join", "--channelID", channel,
				"--config-block", genesisPath(cfg), "-o", loopback(o.AdminPort), "--ca-file", o.tls("ca.crt"),
				"--client-cert", o.AdminDir+"/tls/client.crt", "--client-key", o.AdminDir+"/tls/client.key")
		})
	}
	for _, org := range p.PeerOrgs {
		group.Go(func() error { return org.administer(ctx, cfg, "channel", "join", "-b", genesisPath(cfg)) })
		group.Go(func() error {
			return org.administer(ctx, cfg, "lifecycle", "chaincode", "install", packages[org.Name].Path)
		})
	}
	return group.Wait()
}

// approve has every organisation agree to the chaincode's definition, each naming
// its own package.
func approve(ctx context.Context, cfg Config, p plan, packages map[string]chaincodePackage) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, org := range p.PeerOrgs {
		group.Go(func() error {
			args := append(definition("approveformyorg", p), "--package-id", packages[org.Name].ID)
			return retry(ctx, func() error {
				return unless("unchanged content", org.administer(ctx, cfg, args...))
			})
		})
	}
	return group.Wait()
}

// commit makes the agreed definition the channel's, endorsed by all organisations.
func commit(ctx context.Context, cfg Config, p plan) error {
	args := definition("commit", p)
	for _, org := range p.PeerOrgs {
		args = append(args, "--peerAddresses", org.endpoint(), "--tlsRootCertFiles", org.tls("ca.crt"))
	}
	return retry(ctx, func() error {
		return unless("new definition must be sequence 2", p.PeerOrgs[0].administer(ctx, cfg, args...))
	})
}

// unless drops the error by which Fabric says that an earlier attempt, whose answer
// was lost, has done the work.
func unless(done string, err error) error {
	if err != nil && strings.Contains(err.Error(), done) {
		return nil
	}
	return err
}

// definition returns the arguments by which the chaincode is approved and committed alike.
func definition(command string, p plan) []string {
	o := p.orderers()[0]
	return slices.Concat([]string{"lifecycle", "chaincode", command},
		[]string{"-o", o.Endpoint(), "--tls", "--cafile", o.tls("ca.crt")},
		[]string{"-C", channel, "-n", chaincodeName, "-v", chaincodeVersion, "--sequence", chaincodeSequence})
}
