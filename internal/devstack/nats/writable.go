package nats

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// checkEvery is how often the streams are looked at, and so how soon a full disk is noticed, and that it no longer is.
const checkEvery = 2 * time.Second

var errUnwritable = errors.New("a stream could not be written")

// writable returns errUnwritable once the write of a message failed. The server then takes no more messages into that
// stream, gives its senders no answer, and keeps to this when there is room again, until it starts anew. What it had
// confirmed is not affected.
func writable(s *server.Server) error {
	health := s.Healthz(&server.HealthzOptions{})
	if strings.Contains(health.Error, "write error") {
		return fmt.Errorf("nats server: %w: %s", errUnwritable, health.Error)
	}
	return nil
}
