// Command pcc-chaincode serves the platform's contracts to a Fabric peer.
package main

import (
	"log/slog"
	"os"

	"github.com/pcc-platform/pcc/chaincode"
)

func main() {
	if err := chaincode.Serve(os.Getenv); err != nil {
		slog.Error("chaincode stopped", slog.Any("error", err))
		os.Exit(1)
	}
}
