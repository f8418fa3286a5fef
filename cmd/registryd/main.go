// Command registryd runs the registry: passports, their reports and the members' directory.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/registry/server"
)

func main() { os.Exit(app.Daemon("registry", server.New, os.Args[1:], os.Stderr)) }
