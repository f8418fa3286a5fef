package fsck

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// MaxClaims bounds the claims of one examination.
const MaxClaims = 1_000_000

// ErrClaims says that claims cannot be read, or contradict each other.
var ErrClaims = errors.New("fsck: claims")

// Claim is a checkpoint that was fixed outside the database.
type Claim struct {
	Stream string
	// Size is at least 1.
	Size uint64
	Root journal.Hash
	// Source names where the claim is from, for example "epochs/12" or a file.
	Source string
}

// ReadClaims reads lines of the form
//
//	<stream> <size> <root, base64>
//
// which [WriteClaims] writes. Empty lines and those that begin with # are
// nothing; a size of 0 claims nothing. source is for the findings.
func ReadClaims(r io.Reader, source string) ([]Claim, error) {
	var claims []Claim
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c, err := parseClaim(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrClaims, number, err)
		}
		if c.Source = source; c.Size > 0 {
			claims = append(claims, c)
		}
		if len(claims) > MaxClaims {
			return nil, fmt.Errorf("%w: more than %d", ErrClaims, MaxClaims)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrClaims, err)
	}
	return claims, nil
}

func parseClaim(line string) (Claim, error) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return Claim{}, errors.New("want stream, size and root")
	}
	size, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil || size > proof.MaxSize {
		return Claim{}, errors.New("the size is no number of entries")
	}
	root, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || len(root) != len(journal.Hash{}) {
		return Claim{}, errors.New("the root is not 32 bytes in base64")
	}
	return Claim{Stream: fields[0], Size: size, Root: journal.Hash(root)}, nil
}

// WriteClaims writes the heads of streams so that [ReadClaims] reads them.
func WriteClaims(w io.Writer, heads []Head) error {
	for _, h := range heads {
		if h.Root == nil {
			continue
		}
		if _, err := fmt.Fprintf(w, "%s %d %s\n", h.Stream, h.Size, base64.StdEncoding.EncodeToString(h.Root)); err != nil {
			return fmt.Errorf("fsck: write claims: %w", err)
		}
	}
	return nil
}

// claimsByStream sorts each stream's claims by size and keeps one of those that
// say the same. Two roots at one size are not a finding about the journal: one
// of the sources is wrong.
func claimsByStream(claims []Claim) (map[string][]Claim, error) {
	if len(claims) > MaxClaims {
		return nil, fmt.Errorf("%w: more than %d", ErrClaims, MaxClaims)
	}
	byStream := map[string][]Claim{}
	for _, c := range claims {
		byStream[c.Stream] = append(byStream[c.Stream], c)
	}
	for stream, of := range byStream {
		slices.SortStableFunc(of, func(a, b Claim) int { return cmp.Compare(a.Size, b.Size) })
		for i := 1; i < len(of); i++ {
			if of[i].Size == of[i-1].Size && of[i].Root != of[i-1].Root {
				return nil, fmt.Errorf("%w: %s and %s claim different roots of %s at size %d",
					ErrClaims, of[i-1].Source, of[i].Source, stream, of[i].Size)
			}
		}
		byStream[stream] = slices.CompactFunc(of, func(a, b Claim) bool { return a.Size == b.Size })
	}
	return byStream, nil
}
