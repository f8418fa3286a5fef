package fabricgw

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-gateway/pkg/identity"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// Deadlines of single calls to the peer.
const (
	evaluateTimeout     = 5 * time.Second
	endorseTimeout      = 10 * time.Second
	orderTimeout        = 5 * time.Second
	commitStatusTimeout = 15 * time.Second
)

// Config says which peer to call, as whom, and for what.
type Config struct {
	Endpoint    string // host:port of the peer
	TLSRootFile string // CA of the peer's TLS certificate, PEM
	MSPID       string // organisation of the client
	CertFile    string // the client's certificate, PEM
	KeyFile     string // its private key, PEM
	Channel     string
	Chaincode   string

	// Transient reports whether a chaincode's refusal with this reason may pass by
	// itself, as when an endorsing peer is a block behind. Nil: none does.
	Transient func(reason string) bool
}

// Client calls one chaincode. Its methods may be called concurrently.
type Client struct {
	config   Config
	conn     *grpc.ClientConn
	gateway  *client.Gateway
	contract *client.Contract
	system   *client.Contract // Fabric's query chaincode: blocks and transactions
}

// Connect reads the files and prepares the connection; the peer is dialled by the
// first call, and again whenever the connection is lost.
func Connect(config Config) (*Client, error) {
	if config.Transient == nil {
		config.Transient = func(string) bool { return false }
	}
	id, sign, err := loadIdentity(config)
	if err != nil {
		return nil, err
	}
	tls, err := credentials.NewClientTLSFromFile(config.TLSRootFile, "")
	if err != nil {
		return nil, fmt.Errorf("load TLS root: %w", err)
	}
	conn, err := grpc.NewClient(config.Endpoint, grpc.WithTransportCredentials(tls))
	if err != nil {
		return nil, fmt.Errorf("connect to peer: %w", err)
	}
	gateway, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(conn))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to gateway: %w", err), conn.Close())
	}
	network := gateway.GetNetwork(config.Channel)
	return &Client{
		config:   config,
		conn:     conn,
		gateway:  gateway,
		contract: network.GetContract(config.Chaincode),
		system:   network.GetContract("qscc"),
	}, nil
}

// Close ends calls that are under way and closes the connection.
func (c *Client) Close() error {
	return errors.Join(c.gateway.Close(), c.conn.Close())
}

// Evaluate runs a function on the client's own peer without submitting anything,
// and returns its answer. It does not retry.
func (c *Client) Evaluate(ctx context.Context, function string, args ...string) ([]byte, error) {
	return c.evaluate(ctx, c.contract, function, args...)
}

func (c *Client) evaluate(ctx context.Context, contract *client.Contract, function string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, evaluateTimeout)
	defer cancel()
	answer, err := contract.EvaluateWithContext(ctx, function, client.WithArguments(args...))
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", function, c.classify(err))
	}
	return answer, nil
}

func loadIdentity(config Config) (*identity.X509Identity, identity.Sign, error) {
	certPEM, err := os.ReadFile(config.CertFile)
	if err != nil {
		return nil, nil, fmt.Errorf("load client certificate: %w", err)
	}
	cert, err := identity.CertificateFromPEM(certPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("load client certificate: %w", err)
	}
	id, err := identity.NewX509Identity(config.MSPID, cert)
	if err != nil {
		return nil, nil, fmt.Errorf("load client certificate: %w", err)
	}
	keyPEM, err := os.ReadFile(config.KeyFile)
	if err != nil {
		return nil, nil, fmt.Errorf("load client key: %w", err)
	}
	key, err := identity.PrivateKeyFromPEM(keyPEM)
	if err != nil {
		return nil, nil, fmt.Errorf("load client key: %w", err)
	}
	sign, err := identity.NewPrivateKeySign(key)
	if err != nil {
		return nil, nil, fmt.Errorf("load client key: %w", err)
	}
	return id, sign, nil
}
