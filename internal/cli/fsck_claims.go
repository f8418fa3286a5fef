package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

const (
	// maxEpochs bounds the epochs that are compared with, 50 a page.
	maxEpochs    = 10_000
	epochsOfPage = 50
	// maxClaimsBytes bounds a file of checkpoints.
	maxClaimsBytes = 64 << 20
	// epochText begins the record of an epoch.
	epochText = "pcc-epoch/"
)

// claims are the checkpoints that the flags name, but for those of streams that other schemas keep.
func (f *fsckFlags) claims(ctx context.Context, env *environment) ([]fsck.Claim, error) {
	claims, err := f.allClaims(ctx, env)
	return slices.DeleteFunc(claims, func(c fsck.Claim) bool {
		schema, ok := keeper.Of(c.Stream)
		return ok && schema != f.schema
	}), err
}

func (f *fsckFlags) allClaims(ctx context.Context, env *environment) (claims []fsck.Claim, err error) {
	if f.epochs < 0 || f.epochs > maxEpochs {
		return nil, fmt.Errorf("--epochs is 0 to %d", maxEpochs)
	}
	if f.checkpoints != "" {
		if claims, err = readClaimsFile(f.checkpoints); err != nil {
			return nil, err
		}
	}
	if f.epochs == 0 {
		return claims, nil
	}
	conn, closeConn, err := env.connect("insurer-admin", "anchor")
	if err != nil {
		return nil, err
	}
	defer closeConn()
	anchored, err := anchoredClaims(ctx, anchorv1.NewAnchorServiceClient(conn), f.epochs)
	return append(claims, anchored...), err
}

// readClaimsFile reads a file of checkpoints, or the record of an epoch as the ledger has it.
func readClaimsFile(path string) ([]fsck.Claim, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxClaimsBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxClaimsBytes {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxClaimsBytes)
	}
	if bytes.HasPrefix(text, []byte(epochText)) {
		return recordClaims(text, path)
	}
	return fsck.ReadClaims(bytes.NewReader(text), path)
}

// anchoredClaims asks for the newest epochs that are on the ledger.
func anchoredClaims(ctx context.Context, client anchorv1.AnchorServiceClient, most int) (claims []fsck.Claim, err error) {
	req, left := &anchorv1.ListEpochsRequest{PageSize: epochsOfPage}, most
	for range maxEpochs/epochsOfPage + 1 { // an epoch under way is on the first page, too
		page, err := client.ListEpochs(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, e := range page.GetEpochs() {
			if e.GetState() != anchorv1.EpochState_EPOCH_STATE_ANCHORED || left == 0 {
				continue
			}
			of, err := epochClaims(e)
			if err != nil {
				return nil, err
			}
			claims, left = append(claims, of...), left-1
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" || left == 0 {
			break
		}
	}
	if left == most {
		return nil, errors.New("no epoch is anchored, there is nothing to compare with")
	}
	return claims, nil
}

// epochClaims are what an epoch says of the streams, and its note of the index.
func epochClaims(e *anchorv1.Epoch) ([]fsck.Claim, error) {
	claims, err := recordClaims([]byte(e.GetRecord()), e.GetName())
	if err != nil || len(e.GetNote()) == 0 {
		return claims, err
	}
	index, err := checkpoint.Unverified(e.GetNote())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.GetName(), err)
	}
	return append(claims, fsck.Claim{Stream: keeper.Index, Size: index.Size, Root: index.Root, Source: e.GetName()}), nil
}

func recordClaims(text []byte, source string) ([]fsck.Claim, error) {
	record, err := model.ParseEpoch(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	var claims []fsck.Claim
	for _, s := range record.Streams {
		if s.Size > 0 {
			claims = append(claims, fsck.Claim{Stream: s.Stream, Size: s.Size, Root: journal.Hash(s.Root), Source: source})
		}
	}
	return claims, nil
}
