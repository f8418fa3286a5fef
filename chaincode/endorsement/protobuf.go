package endorsement

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Protobuf wire types that occur in the messages below.
const (
	wireVarint = 0
	wireBytes  = 2
)

// statement is what a peer signed, as far as it matters here.
type statement struct {
	status    uint64
	payload   []byte
	chaincode string
	certPEM   []byte
}

// field is one protobuf field in the order of the wire.
type field struct {
	number uint64
	value  uint64 // wireVarint
	bytes  []byte // wireBytes, not copied
}

// parseSigned reads the two concatenated messages. Their field numbers collide
// (1 and 2 in both), so the order on the wire is what separates them; anything
// but exactly these four fields is refused.
//
//	ProposalResponsePayload { bytes proposal_hash = 1; bytes extension = 2; }
//	SerializedIdentity      { string mspid = 1; bytes id_bytes = 2; }
func parseSigned(signed []byte) (statement, error) {
	if len(signed) > MaxSignedBytes {
		return statement{}, fmt.Errorf("%w: %d signed bytes", ErrMalformed, len(signed))
	}
	fields, err := parseFields(signed)
	if err != nil {
		return statement{}, err
	}
	if len(fields) != 4 {
		return statement{}, fmt.Errorf("%w: %d fields where a payload and an identity have 4", ErrMalformed, len(fields))
	}
	for i, f := range fields {
		if f.number != uint64(1+i%2) || f.bytes == nil {
			return statement{}, fmt.Errorf("%w: field %d is out of place", ErrMalformed, f.number)
		}
	}
	s, err := parseAction(fields[1].bytes)
	if err != nil {
		return statement{}, err
	}
	s.certPEM = fields[3].bytes
	return s, nil
}

// parseAction reads the chaincode's response and name.
//
//	ChaincodeAction { bytes results = 1; bytes events = 2; Response response = 3; ChaincodeID chaincode_id = 4; }
//	Response        { int32 status = 1; string message = 2; bytes payload = 3; }
//	ChaincodeID     { string path = 1; string name = 2; string version = 3; }
func parseAction(action []byte) (statement, error) {
	response, err := onlyBytes(action, 3)
	if err != nil {
		return statement{}, err
	}
	chaincodeID, err := onlyBytes(action, 4)
	if err != nil {
		return statement{}, err
	}
	name, err := onlyBytes(chaincodeID, 2)
	if err != nil {
		return statement{}, err
	}
	payload, err := onlyBytes(response, 3)
	if err != nil {
		return statement{}, err
	}
	status, err := only(response, 1)
	if err != nil {
		return statement{}, err
	}
	return statement{status: status.value, payload: payload, chaincode: string(name)}, nil
}

func onlyBytes(message []byte, number uint64) ([]byte, error) {
	f, err := only(message, number)
	if err == nil && f.bytes == nil {
		err = fmt.Errorf("%w: field %d is not a byte string", ErrMalformed, number)
	}
	return f.bytes, err
}

// only returns the field of that number. A second one is refused: decoders
// disagree on which of two counts, and Fabric never writes two.
func only(message []byte, number uint64) (field, error) {
	fields, err := parseFields(message)
	if err != nil {
		return field{}, err
	}
	var found []field
	for _, f := range fields {
		if f.number == number {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return field{}, fmt.Errorf("%w: field %d occurs %d times", ErrMalformed, number, len(found))
	}
	return found[0], nil
}

// parseFields splits a message. It terminates because each field consumes at
// least two bytes.
func parseFields(message []byte) ([]field, error) {
	var fields []field
	for len(message) > 0 {
		f, rest, err := parseField(message)
		if err != nil {
			return nil, err
		}
		fields, message = append(fields, f), rest
	}
	return fields, nil
}

func parseField(message []byte) (f field, rest []byte, err error) {
	tag, message, err := parseVarint(message)
	if err != nil {
		return field{}, nil, err
	}
	value, message, err := parseVarint(message)
	if err != nil {
		return field{}, nil, err
	}
	f.number = tag >> 3
	switch tag & 7 {
	case wireVarint:
		f.value = value
	case wireBytes:
		if value > math.MaxInt32 || int(value) > len(message) {
			return field{}, nil, fmt.Errorf("%w: truncated field %d", ErrMalformed, f.number)
		}
		f.bytes, message = message[:value:value], message[value:]
	default:
		return field{}, nil, fmt.Errorf("%w: wire type %d", ErrMalformed, tag&7)
	}
	return f, message, nil
}

func parseVarint(b []byte) (value uint64, rest []byte, err error) {
	value, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, fmt.Errorf("%w: truncated number", ErrMalformed)
	}
	return value, b[n:], nil
}
