package fabric

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// SampleConfig returns the folder of core.yaml and orderer.yaml inside the Fabric
// module that tools/fabric pins, in the module cache; root is the repository's. The
// files are used as they are: everything the network sets, it sets by environment.
func SampleConfig(ctx context.Context, root string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/hyperledger/fabric")
	cmd.Dir = filepath.Join(root, "tools", "fabric")
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	dir, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("find Fabric's module: %w", err)
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "sampleconfig"), nil
}
