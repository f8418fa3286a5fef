// Command pcc-chaincode serves the platform's contracts to a Fabric peer.
package main

import (
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/chaincode"
)

func main() {
	if err := chaincode.Serve(os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "pcc-chaincode:", err)
		os.Exit(1)
	}
}
