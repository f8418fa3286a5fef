package logserver

import (
	"sync"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

// Config is the section "log" of the configuration of a service with a journal.
type Config struct {
	// KeyFile holds the key that signs the logs' checkpoints, for the service's user alone. The key's name, such as
	// "pcc.example.org/log", is what the logs' origins begin with. Empty publishes none.
	KeyFile string `yaml:"key_file"`
}

// Server answers the RPCs of one service's journal. It is safe for concurrent use.
type Server struct {
	journalv1.UnimplementedLogServiceServer
	db journal.Querier
	// signer is nil when nothing is published.
	signer *checkpoint.LogSigner

	mu sync.Mutex
	// byStream has those that were asked for; only streams that exist get in.
	byStream map[string]*signedLog
}

// New returns the server of the journal that db has in its search path, and reads the key.
func New(db journal.Querier, cfg Config) (*Server, error) {
	signer, err := cfg.Signer()
	return &Server{db: db, signer: signer, byStream: map[string]*signedLog{}}, err
}

// Signer reads the key, nil when there is none.
func (c Config) Signer() (*checkpoint.LogSigner, error) {
	if c.KeyFile == "" {
		return nil, nil //nolint:nilnil // a service that publishes no logs
	}
	return checkpoint.ReadLogKey(c.KeyFile)
}
