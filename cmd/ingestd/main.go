// Command ingestd runs the ingest service.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/ingest/server"
)

func main() { os.Exit(app.Daemon("ingest", server.New, os.Args[1:], os.Stderr)) }
