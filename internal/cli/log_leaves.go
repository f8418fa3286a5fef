package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
)

func newLogLeaves(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "leaves STREAM",
		Short: "Show what a stream of the profile's own member has recorded",
		Long: "Shows each leaf of a stream such as registry/oem, for the member oem: its number, its type, and its message as JSON. What other\n" +
			"members did is for them; of their streams everybody sees entries and hashes.",
		Example: "  pcc log leaves registry/oem --profile oem-admin",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			service, ok := keeper.Of(args[0])
			if !ok {
				return fmt.Errorf("log: %q is no stream", args[0])
			}
			conn, closeConn, err := env.connect("oem-admin", service)
			if err != nil {
				return err
			}
			defer closeConn()
			client := journalv1.NewLogServiceClient(conn)
			req := &journalv1.ListLeavesRequest{Stream: args[0], PageSize: 1000}
			for range maxLeafPages {
				page, err := client.ListLeaves(c.Context(), req)
				if err != nil {
					return err
				}
				for _, l := range page.GetLeaves() {
					if err := printLeaf(env, l); err != nil {
						return fmt.Errorf("log: leaf %d: %w", l.GetSequence(), err)
					}
				}
				if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
					return nil
				}
			}
			return fmt.Errorf("log: more than %d pages of leaves", maxLeafPages)
		},
	}
}

func printLeaf(env *environment, l *journalv1.Leaf) error {
	frame, err := proof.ParseFrame(l.GetLeaf())
	if err != nil {
		return err
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(frame.Type))
	if err != nil {
		return err
	}
	message := kind.New().Interface()
	if err := proto.Unmarshal(frame.Payload, message); err != nil {
		return err
	}
	text, err := protojson.Marshal(message)
	if err != nil {
		return err
	}
	env.printf("%d %s %s\n", l.GetSequence(), frame.Type, text)
	return nil
}
