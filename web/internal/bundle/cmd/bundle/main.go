// Command bundle writes the verifier page and its generated module. Its argument is the folder web.
package main

import (
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/web/internal/bundle"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bundle web")
		os.Exit(2)
	}
	if err := bundle.Write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
