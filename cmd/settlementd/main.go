// Command settlementd runs the settlement service.
package main

import (
	"os"
	"runtime/debug"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/services/settlement/server"
)

func main() {
	// Little lives for longer than a call: at the default of 100, a fifth of the service's time went into collecting it.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(192 << 20)
	os.Exit(app.Daemon(server.Name, server.New, os.Args[1:], os.Stderr))
}
