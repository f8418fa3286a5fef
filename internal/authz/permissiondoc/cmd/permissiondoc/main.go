// Command permissiondoc reads the permission model from standard input and writes docs/permissions.md to standard output.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/pcc-platform/pcc/internal/authz"
	_ "github.com/pcc-platform/pcc/internal/authz/everyrpc" // links the RPCs whose rules are read
	"github.com/pcc-platform/pcc/internal/authz/permissiondoc"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "permissiondoc:", err)
		os.Exit(1)
	}
}

func run(model io.Reader, page io.Writer) error {
	text, err := io.ReadAll(model)
	if err != nil {
		return fmt.Errorf("read the model: %w", err)
	}
	rules, err := authz.LoadRules()
	if err != nil {
		return err
	}
	return permissiondoc.Write(page, rules, permissiondoc.ParseModel(text))
}
