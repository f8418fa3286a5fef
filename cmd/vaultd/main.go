// Command vaultd runs the vault.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/vault/server"
)

func main() { os.Exit(app.Daemon(server.Name, server.New, os.Args[1:], os.Stderr)) }
