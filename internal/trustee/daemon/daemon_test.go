package daemon_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/trustee/daemon"
)

func TestTheExampleConfigurationIsOne(t *testing.T) {
	var cfg daemon.Config
	if err := config.Load("../../../deploy/config/trustee.yaml", &cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.ID == "" || cfg.Patience == 0 || cfg.Ledger.Chaincode == "" {
		t.Errorf("%+v", cfg)
	}
}

func TestAFolderKeepsItsCertificate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "trustee")
	cfg := daemon.Config{ID: "t", Member: "m", Folder: folder, PassphraseFile: "p", Listen: "127.0.0.1:1", PlatformCAFile: "ca"}
	read := func() string {
		if err := daemon.Init(cfg); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(folder, "transport.crt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if first := read(); first != read() {
		t.Error("another certificate")
	}
	cfg.PassphraseFile = ""
	if err := daemon.Init(cfg); err == nil {
		t.Error("no passphrase: accepted")
	}
}
