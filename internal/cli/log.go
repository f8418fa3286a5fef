package cli

import (
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

func newLog(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "log", Short: "Publish the journal's streams to monitors, and read one's own"}
	c.AddCommand(newLogKey(env), newLogLeaves(env))
	return c
}

func newLogKey(env *environment) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "key STREAM...",
		Short: "Show the keys by which monitors verify the checkpoints of streams",
		Long: "Shows the verifier keys (c2sp.org/signed-note) of streams such as ingest/oem and keys/oem, one a line. What stands\n" +
			"before the first + is the log's origin, too. None of it is secret.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, streams []string) error {
			if file == "" {
				layout, err := env.layout()
				if err != nil {
					return err
				}
				file = layout.LogKeyFile()
			}
			signer, err := checkpoint.ReadLogKey(file)
			if err != nil {
				return err
			}
			for _, stream := range streams {
				log, err := signer.For(stream)
				if err != nil {
					return err
				}
				env.printf("%s\n", log.VerifierKey())
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "key-file", "", "ingest's log.key_file (default: the development stack's)")
	return c
}
