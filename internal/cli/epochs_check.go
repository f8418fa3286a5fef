package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

// checkingMember is the development member whose peer is asked without a configuration.
const checkingMember = "insurer"

func newEpochsCheck(env *environment) *cobra.Command {
	var file, trustFile string
	c := &cobra.Command{
		Use:   "check [NUMBER]",
		Short: "Compare an epoch of the platform with the ledger, by the member's own peer",
		Long: "Reads the epoch, the last anchored one without a number, from the platform and from the peer in the section \"ledger\" of\n" +
			"the witness's configuration, as that member. Both must have the same record, the peer's must follow the record before it, and\n" +
			"its checkpoint of the index must be cosigned as the trust list demands. Exits with 0 only when all of it holds.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			trusted, err := env.trustedLog(trustFile)
			if err != nil {
				return err
			}
			shown, err := env.anchoredEpoch(c.Context(), args)
			if err != nil {
				return err
			}
			peer, err := env.ownPeer(file)
			if err != nil {
				return err
			}
			defer peer.Close()
			record, err := model.ParseEpoch([]byte(shown.GetRecord()))
			if err != nil {
				return fmt.Errorf("the platform's record: %w", err)
			}
			if err := peer.check(c.Context(), record, shown.GetRecord(), trusted); err != nil {
				return fmt.Errorf("epoch %d: %w", record.Number, err)
			}
			env.printf("epoch %d: the peer %s holds the platform's record, after that of epoch %d, and its index is cosigned\n",
				record.Number, peer.endpoint, record.Number-1)
			return nil
		},
	}
	c.Flags().StringVar(&file, "config", "", "the witness's configuration (default: the development insurer's)")
	c.Flags().StringVar(&trustFile, "trust", "", "trust list with the log's key and the witnesses (default: the development stack's)")
	return c
}

// anchoredEpoch is the epoch of the number in args, or the last one that the platform says is anchored.
func (e *environment) anchoredEpoch(ctx context.Context, args []string) (*anchorv1.Epoch, error) {
	conn, closeConn, err := e.connect(checkingMember+"-admin", "anchor")
	if err != nil {
		return nil, err
	}
	defer closeConn()
	client := anchorv1.NewAnchorServiceClient(conn)
	var number int64
	if len(args) > 0 {
		number, err = strconv.ParseInt(args[0], 10, 64)
	} else {
		var status *anchorv1.GetAnchorStatusResponse
		status, err = client.GetAnchorStatus(ctx, &anchorv1.GetAnchorStatusRequest{})
		number = status.GetEpochsAnchored()
	}
	if err != nil {
		return nil, err
	}
	resp, err := client.GetEpoch(ctx, &anchorv1.GetEpochRequest{Name: fmt.Sprintf("epochs/%d", number)})
	return resp.GetEpoch(), err
}

// ownPeer is the ledger as a member sees it itself.
type ownPeer struct {
	*fabricgw.Client
	endpoint string
}

func (e *environment) ownPeer(file string) (*ownPeer, error) {
	if file == "" {
		layout, err := e.layout()
		if err != nil {
			return nil, errors.New("name the witness's configuration with --config")
		}
		file = layout.WitnessConfigFile(checkingMember)
	}
	var cfg daemon.Config
	if err := config.Load(file, &cfg); err != nil {
		return nil, err
	}
	settings, err := cfg.Ledger.Config()
	if err != nil {
		return nil, fmt.Errorf("%s: ledger.%w", file, err)
	}
	client, err := fabricgw.Connect(settings)
	return &ownPeer{client, settings.Endpoint}, err
}

// check compares what the peer has with the platform's text of a record.
func (p *ownPeer) check(ctx context.Context, record model.EpochRecord, shown string, trusted checkpoint.Policy) error {
	text, err := p.Evaluate(ctx, "anchor:GetEpoch", strconv.FormatUint(record.Number, 10))
	if err != nil {
		return err
	}
	if string(text) != shown {
		return errors.New("the ledger holds another record than the platform shows")
	}
	if record.Number > 1 {
		before, err := p.Evaluate(ctx, "anchor:GetEpoch", strconv.FormatUint(record.Number-1, 10))
		if err != nil {
			return err
		}
		previous, err := model.ParseEpoch(before)
		if err != nil {
			return err
		}
		if hash, err := previous.Hash(); err != nil || hash != record.PreviousHash {
			return errors.New("the record does not name the hash of the record before it")
		}
	}
	note, err := p.Evaluate(ctx, "anchor:GetEpochNote", strconv.FormatUint(record.Number, 10))
	if err != nil {
		return err
	}
	signed, _, err := trusted.Verify(note)
	if err == nil && signed.Size != record.Number {
		err = fmt.Errorf("it is of an index of %d", signed.Size)
	}
	if err != nil {
		return fmt.Errorf("checkpoint of the index: %w", err)
	}
	return nil
}
