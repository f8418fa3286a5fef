// Command settlementd runs the settlement service.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

func main() { os.Exit(app.Daemon(server.Name, server.New, os.Args[1:], os.Stderr)) }
