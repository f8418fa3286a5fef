// Command pcc is the platform's CLI and its development stack in one program.
package main

import (
	"os"

	"github.com/pcc-platform/pcc/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
