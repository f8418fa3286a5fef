package server_test

import (
	"testing"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/services/ingest/server"
)

func TestExampleConfigurationIsRead(t *testing.T) {
	var cfg server.Config
	if err := config.Load("../../../deploy/config/ingest.yaml", &cfg); err != nil {
		t.Fatal(err)
	}
	if cfg.Listen == "" || cfg.Database.ReaderURLFile == "" {
		t.Errorf("read %+v", cfg)
	}
}
