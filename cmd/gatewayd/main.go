// Command gatewayd runs the gateway.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/app"
)

func main() { os.Exit(app.Daemon(server.Name, server.New, os.Args[1:], os.Stderr)) }
