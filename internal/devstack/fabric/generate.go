package fabric

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"

	files "github.com/pcc-platform/pcc/deploy/fabric"
)

const channel = "pcc"

// prepare writes what may change between runs: Fabric's default configuration and
// the external builder.
func prepare(cfg Config) error {
	for _, dir := range []string{"config", "data", "packages"} {
		if err := os.MkdirAll(cfg.path(dir), 0o700); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	for _, name := range []string{"core.yaml", "orderer.yaml"} {
		text, err := os.ReadFile(filepath.Join(cfg.SampleConfig, name))
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		if err := os.WriteFile(cfg.path("config", name), text, 0o600); err != nil { //nolint:gosec // the folder is the network's own
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return materialiseBuilder(cfg)
}

// materialiseBuilder writes the peers' external builder, executable.
func materialiseBuilder(cfg Config) error {
	const bin = "builders/ccaas/bin"
	scripts, err := fs.ReadDir(files.Files, bin)
	if err != nil {
		return fmt.Errorf("external builder: %w", err)
	}
	if err := os.MkdirAll(cfg.path(bin), 0o700); err != nil {
		return fmt.Errorf("external builder: %w", err)
	}
	for _, script := range scripts {
		text, err := files.Files.ReadFile(bin + "/" + script.Name())
		if err != nil {
			return fmt.Errorf("external builder: %w", err)
		}
		if err := os.WriteFile(cfg.path(bin, script.Name()), text, 0o700); err != nil { //nolint:gosec // the peer executes it
			return fmt.Errorf("external builder: %w", err)
		}
	}
	return nil
}

// generate makes certificates, genesis block and the links between peers and chaincodes.
func generate(ctx context.Context, cfg Config, p plan) error {
	for _, org := range p.PeerOrgs {
		if err := newLink(org.LinkDir); err != nil {
			return err
		}
	}
	if err := render(cfg, "crypto-config.yaml", p); err != nil {
		return err
	}
	err := run(ctx, nil, cfg.bin("cryptogen"), "generate",
		"--config="+cfg.path("config", "crypto-config.yaml"), "--output="+cfg.path("crypto"))
	if err != nil {
		return err
	}
	if err := render(cfg, "configtx.yaml", p); err != nil {
		return err
	}
	return run(ctx, []string{"FABRIC_CFG_PATH=" + cfg.path("config")}, cfg.bin("configtxgen"),
		"-profile", "Channel", "-channelID", channel, "-outputBlock", genesisPath(cfg))
}

func genesisPath(cfg Config) string { return cfg.path("config", channel+".block") }

// render fills the template of that name from deploy/fabric into config/.
func render(cfg Config, name string, p plan) error {
	parsed, err := template.ParseFS(files.Files, name+".tmpl")
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	out, err := os.OpenFile(cfg.path("config", name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	defer out.Close()
	if err := parsed.Execute(out, p); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	return out.Close()
}
