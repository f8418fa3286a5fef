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
	const text = "listen: 127.0.0.1:7105\nhold_timeout: 10m\nsweep_interval: 30s\npeg_interval: 1m\nclawback_interval: 2s\n" +
		"bank:\n  name: PCC\n  iban: DE89370400440532013000\n  bic: COBADEFFXXX\n  four_eyes_above: \"500\"\n"
	must(t, os.WriteFile(path, []byte(text), 0o600))
	var cfg server.Config
	must(t, config.Load(path, &cfg))
	if cfg.Listen != "127.0.0.1:7105" || cfg.HoldTimeout != 10*time.Minute || cfg.SweepInterval != 30*time.Second || cfg.PegInterval != time.Minute ||
		cfg.ClawbackInterval != 2*time.Second ||
		cfg.Bank != (server.BankConfig{Name: "PCC", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX", FourEyesAbove: "500"}) {
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
		"half an account": {
			ServiceConfig: app.ServiceConfig{Database: files, NATS: broker}, Bank: server.BankConfig{IBAN: "DE89370400440532013000"},
		},
		"wrong check digits": {
			ServiceConfig: app.ServiceConfig{Database: files, NATS: broker},
			Bank:          server.BankConfig{Name: "PCC", IBAN: "DE88370400440532013000", BIC: "COBADEFFXXX"},
		},
		"no amount": {
			ServiceConfig: app.ServiceConfig{Database: files, NATS: broker}, Bank: server.BankConfig{FourEyesAbove: "-1"},
		},
	} {
		if _, err := server.New(t.Context(), cfg, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
