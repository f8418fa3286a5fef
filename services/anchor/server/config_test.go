package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/config"
)

func TestConfigFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anchor.yaml")
	text := "listen: 127.0.0.1:7000\nepoch_interval: 2s\nfabric:\n  endpoint: 127.0.0.1:7051\n  msp_id: OemMSP\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var cfg Config
	if err := config.Load(path, &cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.EpochInterval != 2*time.Second || cfg.Fabric.MSPID != "OemMSP" || cfg.Listen != "127.0.0.1:7000" {
		t.Errorf("%+v", cfg)
	}
	if _, err := cfg.Fabric.Config(); err == nil || !strings.Contains(err.Error(), "tls_ca_file") {
		t.Errorf("got %v, want the missing field named", err)
	}
}

func TestInterval(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{
		0: time.Minute, 2 * time.Second: 2 * time.Second, time.Millisecond: 0, 2 * time.Hour: 0, -time.Second: 0,
	} {
		got, err := Config{EpochInterval: given}.interval()
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%s: %s, %v; want %s", given, got, err, want)
		}
	}
}
