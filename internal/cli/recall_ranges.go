package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

const (
	// maxRanges bounds the ranges of a recall, as the platform does.
	maxRanges = 500
	// maxRangeRows bounds the rows that are read of a register to find them.
	maxRangeRows = 1_000_000
)

// statedRange is a range with where the caller stated it.
type statedRange struct {
	start, end    string
	manufacturers []string
	place         string
}

// statedRanges returns the ranges of the arguments, then those of a file, which may be "" for none.
func statedRanges(vins []string, file, campaign string) (out []statedRange, err error) {
	for _, text := range vins {
		out = append(out, statedRange{start: text, place: fmt.Sprintf("--vins %q", text)})
	}
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("ranges: %w", err)
		}
		defer f.Close()
		rows, err := readRanges(f, file, campaign)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	if len(out) > maxRanges {
		return nil, fmt.Errorf("ranges: %d; a recall has at most %d: issue several", len(out), maxRanges)
	}
	return out, nil
}

// readRanges reads the rows of a campaign. file names the reader in errors.
func readRanges(r io.Reader, file, campaign string) (out []statedRange, err error) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: header: %w", file, err)
	}
	columns := rangeColumnsOf(header)
	if columns.start < 0 {
		return nil, fmt.Errorf("%s: no column \"VIN Start\" or \"start\"", file)
	}
	for range maxRangeRows {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			if len(out) == 0 {
				return nil, fmt.Errorf("%s: no row of campaign %s has a VIN", file, campaign)
			}
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if columns.campaign >= 0 && cell(row, columns.campaign) != campaign || cell(row, columns.start) == "" {
			continue
		}
		line, _ := reader.FieldPos(0)
		out = append(out, statedRange{
			start: cell(row, columns.start), end: cell(row, columns.end), manufacturers: strings.Fields(cell(row, columns.manufacturers)),
			place: fmt.Sprintf("%s line %d", file, line),
		})
	}
	return nil, fmt.Errorf("%s: more than %d rows", file, maxRangeRows)
}

// rangeColumns are the places of the columns, -1 of those that are not there.
type rangeColumns struct{ start, end, manufacturers, campaign int }

func rangeColumnsOf(header []string) rangeColumns {
	c := rangeColumns{-1, -1, -1, -1}
	for i, name := range header {
		switch strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))) {
		case "vin start", "start":
			c.start = i
		case "vin end", "end":
			c.end = i
		case "manufacturers":
			c.manufacturers = i
		case "recalls number", "campaign":
			c.campaign = i
		}
	}
	return c
}

// cell returns a cell without the space around it, "" where there is none. Registers are not always UTF-8.
func cell(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(row[column], "\uFFFD"))
}

// vinRanges returns ranges as they are sent. manufacturers are those of ranges without their own.
func vinRanges(ranges []statedRange, manufacturers []string) []*vaultv1.VinRange {
	out := make([]*vaultv1.VinRange, len(ranges))
	for i, r := range ranges {
		out[i] = &vaultv1.VinRange{Start: r.start, End: r.end, Manufacturers: r.manufacturers}
		if len(r.manufacturers) == 0 {
			out[i].Manufacturers = manufacturers
		}
	}
	return out
}

// locate says where the caller stated the range that a refusal is about.
func locate(err error, ranges []statedRange) error {
	refusal := apperr.As(err)
	if refusal == nil {
		return err
	}
	var i int
	if _, scanErr := fmt.Sscanf(refusal.Field, "ranges[%d]", &i); scanErr != nil || i < 0 || i >= len(ranges) {
		return err
	}
	return fmt.Errorf("%s: %w", ranges[i].place, err)
}
