package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// Module names a folder below tools/.
type Module string

// The modules of tools/.
const (
	Fabric  Module = "fabric"  // peer, orderer, configtxgen, cryptogen, osnadmin
	Keto    Module = "keto"    // keto
	Codegen Module = "codegen" // buf and protoc's plugins
	SQLC    Module = "sqlc"    // sqlc
	Lint    Module = "lint"    // golangci-lint
	Helm    Module = "helm"    // helm
)

// Modules lists every module, those of the running stack first.
func Modules() []Module { return []Module{Fabric, Keto, Codegen, SQLC, Lint, Helm} }

// Stack lists the modules whose programs the platform runs.
func Stack() []Module { return []Module{Fabric, Keto} }

// fabricRelease is what Fabric's commands report as their version; the channel capabilities depend on it.
const fabricRelease = "v3.1.1"

// flags are the arguments of go build, before the packages.
func (m Module) flags() []string {
	ldflags := "-s -w"
	if m == Fabric {
		ldflags += " -X github.com/hyperledger/fabric/common/metadata.Version=" + fabricRelease
	}
	return []string{"-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", ldflags}
}

// recipe is what a module's build depends on.
type recipe struct {
	dir      string   // of the module
	commands []string // names of the binaries it yields
	hash     string   // of go.mod, go.sum and flags, hexadecimal
}

// recipe reads the module's pins below root.
func (m Module) recipe(root string) (recipe, error) {
	r := recipe{dir: filepath.Join(root, "tools", string(m))}
	hash := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(r.dir, name))
		if err != nil {
			return recipe{}, fmt.Errorf("tool module %s: %w", m, err)
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
		if name != "go.mod" {
			continue
		}
		file, err := modfile.Parse(name, text, nil)
		if err != nil {
			return recipe{}, fmt.Errorf("tool module %s: %w", m, err)
		}
		for _, tool := range file.Tool {
			r.commands = append(r.commands, path.Base(tool.Path))
		}
	}
	if len(r.commands) == 0 {
		return recipe{}, fmt.Errorf("tool module %s: no tool directive", m)
	}
	fmt.Fprintf(hash, "%q", m.flags())
	r.hash = hex.EncodeToString(hash.Sum(nil))
	return r, nil
}
