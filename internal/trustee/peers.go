package trustee

import (
	"context"
	"crypto/tls"
	"sync"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// HTTPSPeers reaches trustees at the addresses of their records, by the certificates pinned there.
type HTTPSPeers struct {
	own tls.Certificate

	mu      sync.Mutex
	clients map[peer]*wire.Client
}

// peer is a place: a record that changes is another.
type peer struct {
	address     string
	certificate model.Hash
}

// NewPeers reaches trustees with the caller's own certificate.
func NewPeers(own tls.Certificate) *HTTPSPeers {
	return &HTTPSPeers{own: own, clients: map[peer]*wire.Client{}}
}

// Exchange implements Peers.
func (p *HTTPSPeers) Exchange(ctx context.Context, to access.Trustee, m wire.Exchange) (wire.Exchange, error) {
	return p.client(to).Exchange(ctx, m)
}

func (p *HTTPSPeers) client(to access.Trustee) *wire.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := peer{to.Address, to.TransportSHA256}
	if p.clients[at] == nil {
		p.clients[at] = wire.NewClient(to.Address, to.TransportSHA256, &p.own)
	}
	return p.clients[at]
}
