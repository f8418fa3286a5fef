package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/history/epcis"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func newReport(env *environment) *cobra.Command {
	var maxPrice, quote, epcisFile string
	var asJSON, vinFromStdin, allowCredit bool
	c := &cobra.Command{
		Use:   "report [passports/ID]",
		Short: "Buy and show the whole history of a passport",
		Long: "Pays the price of a report from the profile's member and shows the history, what was paid and who was paid.\n" +
			"Name the passport, or give the VIN on standard input with --vin-stdin: an argument would stand in the shell's history.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			profile, err := env.loadProfile("insurer-admin")
			if err != nil {
				return err
			}
			rest, err := profile.REST()
			if err != nil {
				return err
			}
			passport := firstOf(args)
			if vinFromStdin {
				if passport, err = findByVIN(c, rest); err != nil {
					return err
				}
			}
			if passport == "" {
				return errors.New("name a passport or use --vin-stdin")
			}
			req := &registryv1.ReadReportRequest{RequestId: uuid.NewString(), MaxPrice: maxPrice, Quote: quote, AllowCredit: allowCredit}
			report := &registryv1.ReadReportResponse{}
			if err := rest.Call(c.Context(), "POST", "/v1/"+passport+":report", req, report); err != nil {
				return err
			}
			if epcisFile != "" {
				return writeEPCIS(env, epcisFile, report)
			}
			if asJSON {
				return printProto(env, report)
			}
			printReport(env, report)
			return nil
		},
	}
	c.Flags().StringVar(&maxPrice, "max-price", "", "highest price to accept, in PCC_token")
	c.Flags().StringVar(&quote, "quote", "", "quote whose price to pay, of `pcc price quote`")
	c.Flags().BoolVar(&allowCredit, "allow-credit", false, "have what the member lacks of the price lent to it")
	c.Flags().StringVar(&epcisFile, "epcis", "", "write the events to this file as an EPCIS 2.0 document")
	c.Flags().BoolVar(&asJSON, "json", false, "print the answer as JSON")
	c.Flags().BoolVar(&vinFromStdin, "vin-stdin", false, "read the VIN from standard input")
	return c
}

// writeEPCIS writes the report's events for systems that read EPCIS; docs/formats.md says what becomes of each field.
func writeEPCIS(env *environment, path string, r *registryv1.ReadReportResponse) error {
	var events []*pb.CloudEvent
	for _, e := range r.GetEvents() {
		events = append(events, e.GetCloudEvent())
	}
	var document bytes.Buffer
	if err := epcis.Write(&document, r.GetCreateTime().AsTime(), events); err != nil {
		return err
	}
	if err := os.WriteFile(path, document.Bytes(), 0o600); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	env.printf("%s: %d events\n", path, len(events))
	printReceipt(env, r.GetReceipt())
	return nil
}

// maxVINInput bounds what is read as a VIN.
const maxVINInput = 64

func findByVIN(c *cobra.Command, rest *client.REST) (string, error) {
	vin, err := readVIN(c.InOrStdin())
	if err != nil {
		return "", err
	}
	vehicle := &vaultv1.LookupVehicleResponse{}
	req := &vaultv1.LookupVehicleRequest{Vin: vin}
	if err := rest.Call(c.Context(), "POST", "/v1/vehicles:lookup", req, vehicle); err != nil {
		return "", err
	}
	passport := &registryv1.Passport{}
	lookup := &registryv1.LookupPassportRequest{Vehicle: vehicle.GetVehicle()}
	err = rest.Call(c.Context(), "POST", "/v1/passports:lookup", lookup, passport)
	return passport.GetName(), err
}

func printReport(env *environment, r *registryv1.ReadReportResponse) {
	s := r.GetPassport().GetSpecification()
	env.printf("%s  %s %s  %s\n", r.GetPassport().GetName(), s.GetMake(), s.GetModel(), r.GetPassport().GetLifeCycle())
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "time\tkind\tkm\tquality\tfrom\tstanding")
	for _, e := range r.GetEvents() {
		kind := e.GetCloudEvent().GetType()
		at := e.GetCloudEvent().GetAttributes()["time"].GetCeTimestamp().AsTime()
		km := "-"
		if e.OdometerMetres != nil {
			km = fmt.Sprintf("%d.%d", e.GetOdometerMetres()/1000, e.GetOdometerMetres()%1000/100)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", at.Format("2006-01-02"), kind[strings.LastIndex(kind, ".")+1:], km,
			e.GetQuality().GetIndex(), e.GetMember(), standing(e.GetStanding()))
	}
	_ = w.Flush()
	printDisputes(env, r.GetEvents())
	printVerdict(env, r.GetOdometerVerdict())
	printReceipt(env, r.GetReceipt())
}

// printVerdict shows what the platform thinks of the odometer, why, and what would change it.
func printVerdict(env *environment, v *ingestv1.OdometerVerdict) {
	if v == nil {
		return
	}
	env.printf("odometer: %s, confidence %d %%\n", strings.ToLower(strings.TrimPrefix(v.GetVerdict().String(), "VERDICT_")), v.GetConfidence())
	for _, f := range v.GetFindings() {
		env.printf("  %s: %s\n", f.GetCode(), f.GetText())
	}
}

func printReceipt(env *environment, read *settlementv1.Read) {
	env.printf("%s: %s PCC_token\n", read.GetName(), read.GetPrice())
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, share := range read.GetShares() {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", share.GetAmount(), share.GetAccount(), share.GetExplanation())
	}
	_ = w.Flush()
}

// readVIN reads a VIN that no argument may hold.
func readVIN(input io.Reader) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(input, maxVINInput))
	if err != nil {
		return "", fmt.Errorf("read the VIN: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
