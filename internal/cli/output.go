package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// defaultPageSize is how many entries a list shows when the caller says nothing.
const defaultPageSize = 100

// printProto prints a message as indented JSON, the same bytes for the same message (protojson alone varies its spaces).
func printProto(env *environment, m proto.Message) error {
	raw, err := protojson.Marshal(m)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	env.printf("%s\n", out.String())
	return nil
}

// outputFormat is the value of the flag --output.
type outputFormat string

const (
	outputTable outputFormat = "table"
	outputJSON  outputFormat = "json"
)

// addOutput adds the flag --output to c.
func addOutput(c *cobra.Command) *outputFormat {
	f := outputTable
	c.Flags().Var(&f, "output", `"table", or "json" for the answer itself`)
	return &f
}

func (f *outputFormat) String() string { return string(*f) }

// Type names the flag's value in the help.
func (*outputFormat) Type() string { return "format" }

// Set implements pflag.Value.
func (f *outputFormat) Set(text string) error {
	switch outputFormat(text) {
	case outputTable, outputJSON:
		*f = outputFormat(text)
		return nil
	}
	return fmt.Errorf("%q is neither table nor json", text)
}

// pageRequest is a request for one page of a list.
type pageRequest struct {
	size  int32
	token string
}

// addPages adds the flags of a paged list to c.
func addPages(c *cobra.Command) *pageRequest {
	p := &pageRequest{}
	c.Flags().Int32Var(&p.size, "page-size", defaultPageSize, "entries of a page, at most 1000")
	c.Flags().StringVar(&p.token, "page-token", "", "go on where a page ended")
	return p
}

// tellNext says on standard error how to get the next page, if there is one.
func tellNext(c *cobra.Command, token string) {
	if token != "" {
		c.PrintErrf("there is more: --page-token %s\n", token)
	}
}
