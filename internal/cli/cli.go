// Package cli is the command `pcc`: the development stack, and everything that an operator or a developer does by hand.
// One file holds one command.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/devstack"
)

// environment is what all commands share.
type environment struct {
	stdout, stderr io.Writer
	// state is the folder of the development stack; empty for the project's default.
	state string
	// profile is a profile file, or the name of one of the development stack's.
	profile string
}

// Main runs the command named by args and returns the exit code. SIGINT and SIGTERM end its context.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &environment{stdout: stdout, stderr: stderr}
	root := newRoot(env)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "pcc:", describe(err))
	}
	return exitCode(err)
}

// describe adds the field at fault to a platform's error, whose text has code and reason.
func describe(err error) string {
	if e := apperr.As(err); e != nil && e.Field != "" {
		return fmt.Sprintf("%v (field %s)", err, e.Field)
	}
	return err.Error()
}

func newRoot(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:           "pcc",
		Short:         "Passport for Connected Cars: one trusted history per vehicle",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&env.state, "state", "", "folder of the development stack (default .pcc/dev in the project)")
	root.PersistentFlags().StringVar(&env.profile, "profile", "", "profile file, or name of a development profile such as insurer-admin")
	root.AddGroup(
		&cobra.Group{ID: "stack", Title: "Development stack:"},
		&cobra.Group{ID: "data", Title: "Passports and proofs:"},
		&cobra.Group{ID: "consortium", Title: "Consortium and settlement:"},
		&cobra.Group{ID: "install", Title: "Installation and evaluation:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("stack", newUp(env), newDown(env), newReset(env), newStatus(env), newDemo(env), newToken(env))
	add("data", newImport(env), newPromises(env), newReport(env), newExport(env), newVerify(env), newPrint(env), newPage(env), newAlerts(env), newRecall(env), newReplay(env), newReplica(env), newKeys(env))
	add("consortium", newMember(env), newRole(env), newDevice(env), newReceipt(env), newAccounts(env), newBank(env), newPayout(env), newPrice(env), newCredit(env), newTransfer(env), newCycle(env), newBalanceProof(env), newStatement(env), newEpochs(env), newLog(env),
		newWitness(env), newSubject(env))
	add("consortium", newTrustee(env), newPolicy(env), newAccess(env))
	add("install", newMigrate(), newBootstrap(env), newFsck(env), newEval(env))
	root.AddCommand(newPlatform(), newNATSServer())
	return root
}

func (e *environment) layout() (devstack.Layout, error) { return devstack.FindLayout(e.state) }

// loadProfile reads the profile that --profile names: a file, or one of the development stack.
func (e *environment) loadProfile(fallback string) (client.Profile, error) {
	name := e.profile
	if name == "" {
		name = fallback
	}
	if _, err := os.Stat(name); err == nil {
		return client.Load(name)
	}
	layout, err := e.layout()
	if err != nil {
		return client.Profile{}, err
	}
	return client.Load(layout.ProfileFile(name))
}

// printf writes to standard output; a closed pipe is not worth an error of its own.
func (e *environment) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(e.stdout, format, args...)
}
