// Command accessd runs the access service; see services/access.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/access/server"
)

func main() { os.Exit(app.Daemon(server.Name, server.New, os.Args[1:], os.Stderr)) }
