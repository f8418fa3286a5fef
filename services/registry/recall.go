package registry

import (
	"context"
	"time"
)

// MaxMatches bounds the passports in one message about a recall.
const MaxMatches = 1000

// VINRange is a range of VINs as a maker states it. Only the vault can tell what is in it.
type VINRange struct {
	Start, End string
	// Manufacturers confine it to world manufacturer identifiers.
	Manufacturers []string
}

// Recall is a maker's recall.
type Recall struct {
	ID string
	// Member is the id of the maker.
	Member string
	// Campaign is the maker's own number.
	Campaign    string
	Defect      string
	Ranges      []VINRange
	PartNumbers []string
	CreateTime  time.Time
	// SearchedTo is where the search of the vault goes on, "" at its beginning; SearchEnd is nil until it has ended.
	SearchedTo string
	SearchEnd  *time.Time
	// Matched counts the passports found by ranges.
	Matched int64
}

// RecallKey is the place of a recall among a member's, which are listed by their time.
type RecallKey struct {
	CreateTime time.Time
	ID         string
}

// Key is the recall's place.
func (r Recall) Key() RecallKey { return RecallKey{CreateTime: r.CreateTime, ID: r.ID} }

// Candidate is a new passport, which recalls are to be compared with, and its vehicle's handle.
type Candidate struct{ Passport, Vehicle string }

// Name is the resource name, "recalls/<id>".
func (r Recall) Name() string { return "recalls/" + r.ID }

// RecallTx is what issuing a recall needs of a transaction.
type RecallTx interface {
	Auditor
	MemberClass(ctx context.Context, member string) (MemberClass, error)
	// AddRecall stores a recall and returns its id, or ErrRecallExists.
	AddRecall(ctx context.Context, r Recall) (id string, err error)
	// PublishAnnounced tells of a recall that names parts.
	PublishAnnounced(ctx context.Context, r Recall) error
	// RecordRecall records it in the journal.
	RecordRecall(ctx context.Context, r Recall) error
}

// VehicleMatcher searches the vault.
type VehicleMatcher interface {
	// Match returns the vehicles of the next part of the vault, after the given place, that are in one of the ranges, and the
	// place to go on from: "" at the end. A range that is none gives the vault's VIN_RANGE_INVALID.
	Match(ctx context.Context, ranges []VINRange, after string) (vehicles []string, next string, err error)
}

// VehicleComparer compares new vehicles with recalls.
type VehicleComparer interface {
	// Compare returns for each set of ranges the places in vehicles, ascending, of those that are in it.
	Compare(ctx context.Context, vehicles []string, sets [][]VINRange) ([][]int, error)
}

// CheckRanges asks the vault whether ranges are ranges. It belongs before the transaction, which should not wait for another
// service.
func CheckRanges(ctx context.Context, vault VehicleMatcher, ranges []VINRange) error {
	if len(ranges) == 0 {
		return nil
	}
	_, _, err := vault.Match(ctx, ranges, "")
	return err
}

// IssueRecall begins a recall. Errors: ErrRecallNotYours, ErrRecallExists.
func (s *Service) IssueRecall(ctx context.Context, tx RecallTx, r Recall) (Recall, error) {
	class, err := tx.MemberClass(ctx, r.Member)
	if err != nil {
		return Recall{}, err
	}
	if class != Maker {
		return Recall{}, ErrRecallNotYours
	}
	r.CreateTime = s.now()
	if len(r.Ranges) == 0 {
		r.SearchEnd = &r.CreateTime
	}
	if r.ID, err = tx.AddRecall(ctx, r); err != nil {
		return Recall{}, err
	}
	if len(r.PartNumbers) > 0 {
		if err := tx.PublishAnnounced(ctx, r); err != nil {
			return Recall{}, err
		}
	}
	if err := tx.Audit(ctx, "IssueRecall", r.Name()); err != nil {
		return Recall{}, err
	}
	return r, tx.RecordRecall(ctx, r)
}
