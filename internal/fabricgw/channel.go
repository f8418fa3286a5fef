package fabricgw

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// ChainHeight returns the number of blocks that the client's peer holds.
func (c *Client) ChainHeight(ctx context.Context) (uint64, error) {
	encoded, err := c.evaluate(ctx, c.system, "GetChainInfo", c.config.Channel)
	if err != nil {
		return 0, err
	}
	info := &common.BlockchainInfo{}
	if err := decode(encoded, info); err != nil {
		return 0, err
	}
	return info.GetHeight(), nil
}

// Block returns the serialized common.Block with that number; blocks are numbered
// from 0 to ChainHeight-1.
func (c *Client) Block(ctx context.Context, number uint64) ([]byte, error) {
	encoded, err := c.evaluate(ctx, c.system, "GetBlockByNumber", c.config.Channel, strconv.FormatUint(number, 10))
	if err != nil {
		return nil, notFound(err)
	}
	return encoded, nil
}

// Transaction returns a committed transaction. It returns ErrNotFound if the
// client's peer does not hold it (yet), and *InvalidError if it was found invalid.
func (c *Client) Transaction(ctx context.Context, txID string) (Result, error) {
	encoded, err := c.evaluate(ctx, c.system, "GetTransactionByID", c.config.Channel, txID)
	if err != nil {
		return Result{}, notFound(err)
	}
	processed, block := &peer.ProcessedTransaction{}, &common.Block{}
	if err := decode(encoded, processed); err != nil {
		return Result{}, err
	}
	if code := peer.TxValidationCode(processed.GetValidationCode()); code != peer.TxValidationCode_VALID {
		return Result{}, &InvalidError{TxID: txID, Code: code.String()}
	}
	result, err := resultOf(processed.GetTransactionEnvelope())
	if err != nil {
		return Result{}, err
	}
	if encoded, err = c.evaluate(ctx, c.system, "GetBlockByTxID", c.config.Channel, txID); err != nil {
		return Result{}, err
	}
	if err := decode(encoded, block); err != nil {
		return Result{}, err
	}
	result.BlockNumber = block.GetHeader().GetNumber()
	return result, nil
}

// notFound tells "not there" from "could not ask": Fabric's query chaincode says
// the first in words only.
func notFound(err error) error {
	if strings.Contains(err.Error(), "no such") {
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return err
}
