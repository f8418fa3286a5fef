package fabric

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// Bounds of the one-shot commands of a bring-up.
const (
	commandTimeout = 30 * time.Second
	retryAttempts  = 40
	retryPause     = 250 * time.Millisecond
	maxOutput      = 1 << 10 // bytes of a failed command's output in its error
)

// run executes one command with the given settings in its environment. The error
// of a command that failed holds the end of what it printed.
func run(ctx context.Context, settings []string, path string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = environment(settings...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		output = bytes.TrimSpace(output)
		return fmt.Errorf("%s: %w: %s", filepath.Base(path), err, output[max(0, len(output)-maxOutput):])
	}
	return nil
}

// retry runs attempt until it succeeds, at most retryAttempts times: right after
// their start, orderers elect a leader and peers learn of each other.
func retry(ctx context.Context, attempt func() error) error {
	var err error
	for range retryAttempts {
		if err = attempt(); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(retryPause):
		}
	}
	return err
}

// administer runs the peer command as the organisation's administrator.
func (p peerOrg) administer(ctx context.Context, cfg Config, args ...string) error {
	return run(ctx, []string{
		"FABRIC_CFG_PATH=" + cfg.path("config"),
		"FABRIC_LOGGING_SPEC=error",
		"CORE_PEER_LOCALMSPID=" + p.MSPID,
		"CORE_PEER_ADDRESS=" + p.endpoint(),
		"CORE_PEER_MSPCONFIGPATH=" + p.userDir("Admin"),
		"CORE_PEER_TLS_ENABLED=true",
		"CORE_PEER_TLS_ROOTCERT_FILE=" + p.tls("ca.crt"),
	}, cfg.bin("peer"), args...)
}
