package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/services/registry/server"
)

func TestConfigFileIsStrict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.yaml")
	text := "listen: 127.0.0.1:7000\nketo_write_url: http://127.0.0.1:4467\nnats_accounts_dir: /var/lib/pcc/nats\n"
	must(t, os.WriteFile(path, []byte(text), 0o600))
	var cfg server.Config
	must(t, config.Load(path, &cfg))
	if cfg.Listen != "127.0.0.1:7000" || cfg.KetoWriteURL != "http://127.0.0.1:4467" || cfg.NATSAccountsDir != "/var/lib/pcc/nats" {
		t.Errorf("%+v", cfg)
	}
	must(t, os.WriteFile(path, []byte(text+"keto_wirte_url: x\n"), 0o600))
	if err := config.Load(path, &cfg); err == nil || !strings.Contains(err.Error(), "keto_wirte_url") {
		t.Errorf("a misspelt key gave %v", err)
	}
	if _, err := server.New(t.Context(), server.Config{}, nil); err == nil || !strings.Contains(err.Error(), "keto_write_url") {
		t.Errorf("without its own settings: %v", err)
	}
}
