package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/evaluation"
)

func newEval(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "eval",
		Short: "Measure how well the platform's judgements find the truth",
	}
	c.AddCommand(newEvalOdometer(env))
	return c
}

func newEvalOdometer(env *environment) *cobra.Command {
	opts := evaluation.DefaultOptions()
	var errorFactor, fraudFactor float64
	c := &cobra.Command{
		Use:   "odometer",
		Short: "Precision and recall of the odometer adjudication",
		Long: "Judges simulated vehicles, whose truth is known, and prints precision and recall by class beside the rule that any\n" +
			"decrease is fraud; and shows the verdicts on real histories, whose truth nobody knows, when there are any.",
		Example: "  pcc eval odometer --vehicles 300000 --seed 42\n" +
			"  pcc eval odometer --errors 5",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if errorFactor < 0 || fraudFactor < 0 || opts.Vehicles < 0 {
				return errors.New("--vehicles, --errors and --fraud are not negative")
			}
			opts.Rates = opts.Rates.TimesErrors(errorFactor).TimesFraud(fraudFactor)
			if dir := os.Getenv("PCC_DATA_DIR"); opts.DataDir == "" {
				opts.DataDir = dir
			}
			return evaluation.Run(c.Context(), env.stdout, opts)
		},
	}
	c.Flags().IntVar(&opts.Vehicles, "vehicles", opts.Vehicles, "vehicles to simulate")
	c.Flags().Uint64Var(&opts.Seed, "seed", opts.Seed, "seed of the simulation")
	c.Flags().Float64Var(&errorFactor, "errors", 1, "times the published rates of errors")
	c.Flags().Float64Var(&fraudFactor, "fraud", 1, "times the published rate of rollbacks")
	c.Flags().StringVar(&opts.DataDir, "data-dir", "", "folder of real histories (default $PCC_DATA_DIR)")
	c.Flags().IntVar(&opts.Show, "show", 0, "list up to so many vehicles of a real set that are suspected")
	return c
}
