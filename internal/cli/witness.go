package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
)

func newWitness(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "witness",
		Short: "Check the platform as a member, and cosign what is right",
		Long: "A witness recomputes every epoch of the platform from the entries of all streams, without payloads, and cosigns the\n" +
			"epoch only if the platform says the same. It keeps evidence when the platform shows different histories. docs/witnesses.md\n" +
			"tells an administrator how to install one.",
	}
	c.AddCommand(newWitnessInit(env), newWitnessRegister(env), newWitnessLeave(env), newWitnessRun(env), newWitnessStatus(env))
	return c
}

func newWitnessInit(env *environment) *cobra.Command {
	var folder, name string
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a witness's folder with its key",
		Long: "Makes the folder and in it a key, and prints the verifier key by which others verify the cosignatures. A folder that has\n" +
			"a key keeps it. Do not back the folder up: one that is lost is replaced by a new one with a new key.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return fmt.Errorf("witness: %w", err)
			}
			file := daemon.Config{Folder: folder}.KeyFile()
			if _, err := checkpoint.CreateWitnessKey(file, name); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
			cosigner, err := checkpoint.ReadWitnessKey(file)
			if err != nil {
				return err
			}
			env.printf("%s\n", cosigner.Verifier())
			return nil
		},
	}
	c.Flags().StringVar(&folder, "folder", "", "the witness's folder")
	c.Flags().StringVar(&name, "name", "", "name of the key, such as witness.insurer.example: a-z, 0-9, '.', '/' and '-'")
	_ = c.MarkFlagRequired("folder")
	_ = c.MarkFlagRequired("name")
	return c
}

func newWitnessRegister(env *environment) *cobra.Command {
	return withWitnessConfig(&cobra.Command{
		Use:   "register",
		Short: "Enter the witness's key into the member's record on the ledger",
		Long: "Enters the key under the member's own identity and through its own peer (section \"ledger\" of the configuration). From\n" +
			"then on more than half of the registered witnesses must cosign an epoch before the ledger takes it: register a witness\n" +
			"when it runs. A key that was registered before is replaced.",
		Args: cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		key, err := daemon.Register(c.Context(), cfg)
		if err != nil {
			return err
		}
		env.printf("registered %s\n", key)
		return nil
	})
}

func newWitnessLeave(env *environment) *cobra.Command {
	return withWitnessConfig(&cobra.Command{
		Use:   "leave",
		Short: "Take the witness's key out of the member's record on the ledger",
		Long:  "From then on its cosignatures neither count nor are missed. Do this before a witness stops for good.",
		Args:  cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		if err := daemon.Leave(c.Context(), cfg); err != nil {
			return err
		}
		env.printf("no witness of this member is registered\n")
		return nil
	})
}

func newWitnessRun(env *environment) *cobra.Command {
	return withWitnessConfig(&cobra.Command{
		Use:   "run",
		Short: "Witness until SIGTERM or Ctrl-C",
		Args:  cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		p, err := app.NewProcess(c.Context(), "witness", cfg.Process, env.stderr)
		if err != nil {
			return err
		}
		runner, err := daemon.New(c.Context(), cfg, p)
		if err != nil {
			return err
		}
		return p.Run(c.Context(), runner)
	})
}

func withWitnessConfig(c *cobra.Command, run func(*cobra.Command, daemon.Config) error) *cobra.Command {
	return withConfig(c, "the witness's configuration file", run)
}
