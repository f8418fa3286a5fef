package fabric

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// state is what later runs have to know, kept in network.json.
type state struct {
	Topology Topology       `json:"topology"`
	Ports    map[string]int `json:"ports"`
	Complete bool           `json:"complete"` // the first Up came to its end
}

// loadState returns the state of an earlier Up that completed, or allocates a new
// one after clearing what an incomplete Up left.
func loadState(cfg Config) (state, error) {
	text, err := os.ReadFile(cfg.path("network.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return newState(cfg)
	}
	if err != nil {
		return state{}, fmt.Errorf("read network state: %w", err)
	}
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return state{}, fmt.Errorf("read network state: %w", err)
	}
	if !s.Complete {
		return newState(cfg)
	}
	if s.Topology != cfg.Topology {
		return state{}, fmt.Errorf("%s holds a %s network, not %s: choose another folder or delete this one", cfg.Dir, s.Topology, cfg.Topology)
	}
	return s, nil
}

func newState(cfg Config) (state, error) {
	for _, made := range []string{"crypto", "link", "config", "packages", "data"} {
		if err := os.RemoveAll(cfg.path(made)); err != nil {
			return state{}, fmt.Errorf("clear an incomplete network: %w", err)
		}
	}
	s := state{Topology: cfg.Topology, Ports: map[string]int{}}
	for _, name := range listeners(cfg.Topology) {
		port, err := cfg.Port(name)
		if err != nil {
			return state{}, fmt.Errorf("port for %s: %w", name, err)
		}
		s.Ports[name] = port
	}
	return s, s.save(cfg)
}

// save replaces network.json in one step.
func (s state) save(cfg Config) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write network state: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("write network state: %w", err)
	}
	draft := cfg.path("network.json.new")
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write network state: %w", err)
	}
	if err := os.Rename(draft, cfg.path("network.json")); err != nil {
		return fmt.Errorf("write network state: %w", err)
	}
	return nil
}
