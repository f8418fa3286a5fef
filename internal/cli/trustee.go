package cli

import (
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/trustee/daemon"
)

func newTrustee(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "trustee",
		Short: "Hold a share of the consortium's keys as a member",
		Long: "A trustee opens confidential data for those whom the ledger permits it, and derives the tags of VINs, together with the\n" +
			"trustees of other members: each has a share of keys that nobody has whole. docs/trustees.md tells an administrator how to\n" +
			"install one.",
	}
	c.AddCommand(newTrusteeInit(), newTrusteeRegister(env), newTrusteeRun(env), newTrusteeStatus(env))
	return c
}

func newTrusteeInit() *cobra.Command {
	return withTrusteeConfig(&cobra.Command{
		Use:   "init",
		Short: "Make a trustee's folder with its certificate",
		Long:  "A folder that has a certificate keeps it. Back the folder up: with its store a share is lost, and with too many shares a key.",
		Args:  cobra.NoArgs,
	}, func(_ *cobra.Command, cfg daemon.Config) error { return daemon.Init(cfg) })
}

func newTrusteeRegister(env *environment) *cobra.Command {
	return withTrusteeConfig(&cobra.Command{
		Use:   "register",
		Short: "Enter the trustee's keys, certificate and address on the ledger",
		Long: "Makes the keys the first time. Enters them under the member's own identity and through its own peer (section \"ledger\" of\n" +
			"the configuration). The trustee must not run meanwhile, because its store is in use.",
		Args: cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		record, err := daemon.Register(c.Context(), cfg)
		if err != nil {
			return err
		}
		env.printf("%s version %d: %s\n", record.ID, record.Version, record.SigningKey)
		return nil
	})
}

func newTrusteeRun(env *environment) *cobra.Command {
	return withTrusteeConfig(&cobra.Command{
		Use:   "run",
		Short: "Answer until SIGTERM or Ctrl-C",
		Args:  cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		p, err := app.NewProcess(c.Context(), "trustee", cfg.Process, env.stderr)
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

func newTrusteeStatus(env *environment) *cobra.Command {
	return withTrusteeConfig(&cobra.Command{
		Use:   "status",
		Short: "Say which keys the trustee has shares of",
		Args:  cobra.NoArgs,
	}, func(c *cobra.Command, cfg daemon.Config) error {
		sets, err := daemon.Status(c.Context(), cfg)
		if err != nil {
			return err
		}
		for _, s := range sets {
			env.printf("%s key %d: epoch %d, %d of %d trustees\n", s.Purpose, s.KeyNumber, s.Epoch, s.Threshold, len(s.Shares))
		}
		return nil
	})
}

func withTrusteeConfig(c *cobra.Command, run func(*cobra.Command, daemon.Config) error) *cobra.Command {
	return withConfig(c, "the trustee's configuration file", run)
}
