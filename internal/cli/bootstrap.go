package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	vault "github.com/pcc-platform/pcc/services/vault/server"
)

func newBootstrap(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "bootstrap",
		Short: "Prepare a new installation: keys, broker accounts, standing relations",
		Long:  "Each step is done once for an installation and may be repeated without effect. The development stack does them itself.",
	}
	c.AddCommand(newBootstrapVaultKeys(env), newBootstrapLogKey(env), newBootstrapBroker(env), newBootstrapRelations(env), newBootstrapConsortium(env))
	return c
}

func newBootstrapVaultKeys(env *environment) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "vault-keys",
		Short: "Make the vault's key files",
		Long: "Makes the files that the section \"keys\" of the vault's configuration names. When all are there it does nothing; when\n" +
			"some are missing it refuses, because there is data under them. Back the files up: without them the data is lost.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var cfg vault.Config
			if err := config.Load(file, &cfg); err != nil {
				return err
			}
			if err := vault.CreateKeys(c.Context(), cfg.Keys); err != nil {
				return err
			}
			env.printf("the vault's key files are there\n")
			return nil
		},
	}
	c.Flags().StringVar(&file, "config", "", "the vault's configuration file")
	_ = c.MarkFlagRequired("config")
	return c
}

func newBootstrapLogKey(env *environment) *cobra.Command {
	var file, origin string
	c := &cobra.Command{
		Use:   "log-key",
		Short: "Make the key that signs the checkpoints of public logs",
		Long: "Makes the file that log.key_file of ingest's configuration names; a file that is there stays. Back it up: monitors know\n" +
			"the logs by it.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := checkpoint.CreateLogKey(file, origin); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
			signer, err := checkpoint.ReadLogKey(file)
			if err != nil {
				return err
			}
			env.printf("%s signs for %s\n", file, signer.Name())
			return nil
		},
	}
	c.Flags().StringVar(&file, "file", "", "the key's file")
	c.Flags().StringVar(&origin, "origin", "", "where the logs are read, without scheme, for example pcc.example.org/log")
	_ = c.MarkFlagRequired("file")
	_ = c.MarkFlagRequired("origin")
	return c
}

func newBootstrapBroker(env *environment) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "broker",
		Short: "Make the broker's operator, system account and platform account",
		Long: "Makes the keys in a folder that only the registry may read afterwards (nats_accounts_dir), and prints the part of the\n" +
			"NATS server's configuration that trusts them. None of what it prints is secret.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			authority, err := natsaccounts.Open(dir)
			if err != nil {
				return err
			}
			accounts, err := authority.Bootstrap()
			if err != nil {
				return err
			}
			env.printf("# NATS server configuration\noperator: %s\nsystem_account: %s\n", accounts.OperatorJWT, accounts.System.ID)
			env.printf("resolver: { type: full, dir: ./accounts }\nresolver_preload: {\n  %s: %s\n  %s: %s\n}\n",
				accounts.System.ID, accounts.System.JWT, accounts.Platform.ID, accounts.Platform.JWT)
			env.printf("# nats.credentials_file of the services: %s\n", accounts.ServicesCredentials)
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "folder for the keys")
	_ = c.MarkFlagRequired("dir")
	return c
}

func newBootstrapRelations(env *environment) *cobra.Command {
	var readURL, writeURL, operator string
	c := &cobra.Command{
		Use:   "relations",
		Short: "Write the standing relations into Keto",
		Long:  "Writes who of the platform's services may call whom, and the operator's rights: admit members, record receipts, audit.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			standing := relations.Services()
			if operator != "" {
				standing = append(standing, relations.Operator(operator)...)
			}
			if err := relations.NewWriter(readURL, writeURL).Put(c.Context(), standing...); err != nil {
				return err
			}
			env.printf("%d relations hold\n", len(standing))
			return nil
		},
	}
	c.Flags().StringVar(&readURL, "keto-read-url", "", "URL of Keto's read API")
	c.Flags().StringVar(&writeURL, "keto-write-url", "", "URL of Keto's write API")
	c.Flags().StringVar(&operator, "operator", "", "subject that administers the consortium, for example service/operator")
	_ = c.MarkFlagRequired("keto-read-url")
	_ = c.MarkFlagRequired("keto-write-url")
	return c
}

func newBootstrapConsortium(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "consortium",
		Short: "Have the development members' trustees make the key of confidential data",
		Long: "For the development stack, once its members are admitted: registers their access keys, sets how the consortium decides, and\n" +
			"proposes the key to its five trustees. The demonstration does this itself.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			set, err := layout.FoundConsortium(c.Context())
			if err != nil {
				return err
			}
			env.printf("key %d: epoch %d, %d of %d trustees\n", set.KeyNumber, set.Epoch, set.Threshold, len(set.Shares))
			return nil
		},
	}
}
