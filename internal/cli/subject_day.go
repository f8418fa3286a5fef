package cli

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// dayNamed is the beginning of a day, nil without a name.
func dayNamed(name string) (*timestamppb.Timestamp, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // the service's own clock
	}
	at, err := time.Parse(time.DateOnly, name)
	if err != nil {
		return nil, fmt.Errorf("not a day: %w", err)
	}
	return timestamppb.New(at), nil
}
