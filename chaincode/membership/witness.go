package membership

import (
	"encoding/hex"
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/pcc-platform/pcc/chaincode/internal/ledger"
	"github.com/pcc-platform/pcc/chaincode/model"
)

const (
	witnessPrefix    = "witness/"
	witnessKeyPrefix = "witness-key/"
)

// Witnesses returns the keys of the active members that are witnesses, at most
// model.MaxWitnesses, in the order of the members' ids. Fabric re-checks the range
// at commit, so that a quorum is one of the witnesses as they then are.
func Witnesses(ctx contractapi.TransactionContextInterface) ([]model.WitnessKey, error) {
	found, err := ctx.GetStub().GetStateByRange(witnessPrefix, ledger.End(witnessPrefix))
	if err != nil {
		return nil, fmt.Errorf("read witnesses: %w", err)
	}
	defer found.Close()
	var keys []model.WitnessKey
	for found.HasNext() {
		entry, err := found.Next()
		if err != nil {
			return nil, fmt.Errorf("read witnesses: %w", err)
		}
		key, err := model.ParseWitnessKey(string(entry.GetValue()))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// updateWitnesses keeps the list of witnesses in step with a member that changes
// from prev to next.
func updateWitnesses(ctx contractapi.TransactionContextInterface, prev, next model.MemberRecord) error {
	if next.WitnessKey != "" && next.WitnessKey != prev.WitnessKey {
		if err := claimWitnessKey(ctx, next); err != nil {
			return err
		}
	}
	switch {
	case isWitness(next):
		if !isWitness(prev) {
			if err := requireRoom(ctx); err != nil {
				return err
			}
		}
		if err := ctx.GetStub().PutState(witnessPrefix+next.ID, []byte(next.WitnessKey)); err != nil {
			return fmt.Errorf("write witness: %w", err)
		}
	case isWitness(prev):
		if err := ctx.GetStub().DelState(witnessPrefix + next.ID); err != nil {
			return fmt.Errorf("delete witness: %w", err)
		}
	}
	return nil
}

func isWitness(r model.MemberRecord) bool {
	return r.Status == model.StatusActive && r.WitnessKey != ""
}

func requireRoom(ctx contractapi.TransactionContextInterface) error {
	keys, err := Witnesses(ctx)
	if err != nil {
		return err
	}
	if len(keys) >= model.MaxWitnesses {
		return model.Errorf(model.ReasonWitnessesFull, "%d members are witnesses, at most %d can be", len(keys), model.MaxWitnesses)
	}
	return nil
}

// claimWitnessKey gives the public key to the member for good: what is signed does
// not name the key, so under two members one signature would count twice.
func claimWitnessKey(ctx contractapi.TransactionContextInterface, next model.MemberRecord) error {
	key, err := model.ParseWitnessKey(next.WitnessKey)
	if err != nil {
		return err
	}
	claim := witnessKeyPrefix + hex.EncodeToString(key.Public[:])
	owner, err := ctx.GetStub().GetState(claim)
	if err != nil {
		return fmt.Errorf("read witness key: %w", err)
	}
	if owner != nil && string(owner) != next.ID {
		return model.Errorf(model.ReasonWitnessKeyTaken, "the key is, or was, that of member %s", owner)
	}
	if err := ctx.GetStub().PutState(claim, []byte(next.ID)); err != nil {
		return fmt.Errorf("write witness key: %w", err)
	}
	return nil
}
