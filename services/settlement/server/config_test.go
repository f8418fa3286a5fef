package server_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

func TestConfigFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settlement.yaml")
	const text = "listen: 127.0.0.1:7105\nhold_timeout: 10m\nsweep_interval: 30s\n"
	must(t, os.WriteFile(path, []byte(text), 0o600))
	var cfg server.Config
	must(t, config.Load(path, &cfg))
	if cfg.Listen != "127.0.0.1:7105" || cfg.HoldTimeout != 10*time.Minute || cfg.SweepInterval != 30*time.Second {
		t.Errorf("read %+v", cfg)
	}
}

func TestIncompleteConfigIsRefused(t *testing.T) {
	files := app.Database{URLFile: "owner.url", ReaderURLFile: "reader.url"}
	broker := app.NATS{URL: "nats://127.0.0.1:4222"}
	for name, cfg := range map[string]server.Config{
		"no reader role": {ServiceConfig: app.ServiceConfig{Database: app.Database{URLFile: "owner.url"}, NATS: broker}},
		"no broker":      {ServiceConfig: app.ServiceConfig{Database: files}},
		"negative time":  {ServiceConfig: app.ServiceConfig{Database: files, NATS: broker}, HoldTimeout: -1},
	} {
		if _, err := server.New(t.Context(), cfg, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
