package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/confidential/directory"
	"github.com/pcc-platform/pcc/internal/confidential/reader"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/opening"
	"github.com/pcc-platform/pcc/internal/readerkey"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// blockPatience is how long the trustees' peers may take to have the block with the request, blockPoll the time between questions.
	blockPatience = 20 * time.Second
	blockPoll     = 300 * time.Millisecond
	// openAnswers is how often each trustee may answer: once, and again after an answer was lost.
	openAnswers = 8
)

// openFlags are what `pcc access open` is asked for.
type openFlags struct {
	class, purpose, keyFile, maxPrice, kind string
	lifetime                                time.Duration
}

func newAccessOpen(env *environment) *cobra.Command {
	f := &openFlags{}
	c := &cobra.Command{
		Use:   "open passports/ID",
		Short: "Open the confidential fields of a passport's events of one class",
		Long: "Records a request to read on the ledger, with the owner's consents that cover it, and has the trustees and the vault\n" +
			"give the halves of the keys. Then buys the report, and shows the events with their confidential fields. Nothing is paid\n" +
			"when the request is refused.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), env, args[0]) },
	}
	c.Flags().StringVar(&f.class, "class", "", "class of events, such as workshop")
	c.Flags().StringVar(&f.purpose, "purpose", "", "what they are read for, such as claim_assessment")
	c.Flags().StringVar(&f.keyFile, "key", "", "file of the member's access key, which signs the request")
	c.Flags().StringVar(&f.kind, "kem", string(readerkey.XWing), "how answers are sealed: xwing, or x25519")
	c.Flags().DurationVar(&f.lifetime, "lifetime", time.Hour, "how long trustees may answer")
	c.Flags().StringVar(&f.maxPrice, "max-price", "", "highest price of the report to accept, in PCC_token")
	for _, required := range []string{"class", "purpose", "key"} {
		_ = c.MarkFlagRequired(required) // it fails for a flag that is not there
	}
	return c
}

func (f *openFlags) run(ctx context.Context, env *environment, passport string) error {
	profile, err := env.loadProfile("insurer-admin")
	if err != nil {
		return err
	}
	signer, err := accesskey.Read(f.keyFile)
	if err != nil {
		return err
	}
	d := &dialer{}
	defer d.close()
	conn, err := d.dial(profile, "access")
	if err != nil {
		return err
	}
	keys, faults, err := f.open(ctx, env, directory.New(conn), directory.Wish{
		Class: access.Class(f.class), Purpose: access.Purpose(f.purpose), Member: profile.Member, Signer: signer,
		Kind: readerkey.Kind(f.kind), Lifetime: f.lifetime, MaxAnswers: openAnswers,
	}, passport)
	for _, fault := range faults {
		env.printf("trustee %s: %v\n", fault.Trustee, fault.Err)
	}
	if err != nil {
		return err
	}
	_, err = f.show(ctx, env, profile, passport, keys)
	return err
}

// open asks, and waits until the trustees' peers have the request.
func (f *openFlags) open(ctx context.Context, env *environment, d *directory.Directory, w directory.Wish, passport string) (keys reader.Keys, faults []opening.Fault, err error) {
	if w.Policy == "" {
		if w.Policy, err = d.LatestPolicy(ctx, passport); err != nil {
			return nil, nil, err
		}
	}
	name, secret, err := d.Request(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	env.printf("request  %s\n", name)
	ctx, cancel := context.WithTimeout(ctx, blockPatience)
	defer cancel()
	ticker := time.NewTicker(blockPoll)
	defer ticker.Stop()
	for {
		keys, faults, err = d.Open(ctx, name, secret)
		if !errors.Is(err, opening.ErrTooFewAnswers) {
			return keys, faults, err
		}
		select {
		case <-ctx.Done():
			return nil, faults, err
		case <-ticker.C:
		}
	}
}

// show buys the report, prints the events of the class that the keys open, and returns how many they are.
func (f *openFlags) show(ctx context.Context, env *environment, profile client.Profile, passport string, keys reader.Keys) (opened int, err error) {
	rest, err := profile.REST()
	if err != nil {
		return 0, err
	}
	report := &registryv1.ReadReportResponse{}
	req := &registryv1.ReadReportRequest{RequestId: uuid.NewString(), MaxPrice: f.maxPrice}
	if err := rest.Call(ctx, "POST", "/v1/"+passport+":report", req, report); err != nil {
		return 0, err
	}
	env.printf("paid     %s for %s\n", report.GetReceipt().GetPrice(), report.GetReceipt().GetName())
	for _, e := range report.GetEvents() {
		class, _ := eventlist.ClassOf(e.GetCloudEvent().GetType())
		if class != eventlist.Class(f.class) {
			continue
		}
		clear, err := keys.Event(e.GetCloudEvent())
		switch {
		case errors.Is(err, confidential.ErrNotSealed):
			continue
		case err != nil:
			env.printf("%s: %v\n", e.GetName(), err)
			continue
		}
		data, err := clear.GetProtoData().UnmarshalNew()
		if err != nil {
			return opened, fmt.Errorf("access: %w", err)
		}
		text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(data)
		if err != nil {
			return opened, fmt.Errorf("access: %w", err)
		}
		opened++
		env.printf("%s %s\n  %s\n", e.GetName(), clear.GetType(), text)
	}
	env.printf("opened   %d events\n", opened)
	return opened, nil
}
