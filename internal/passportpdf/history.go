package passportpdf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/verify"
)

// row is one event as it is printed.
type row struct {
	time         time.Time
	kind, member string
	kilometres   string
	quality      string
	class        string
}

// view is what is read of an event; see package verify/eventview.
type view struct {
	Type           string    `json:"type"`
	Time           time.Time `json:"time"`
	Member         string    `json:"member"`
	OdometerMetres *int64    `json:"odometer_metres"`
	Quality        struct {
		Index int `json:"index"`
	} `json:"quality"`
}

// history returns the events that a document shows, by time.
func history(document []byte) (rows []row, err error) {
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("passportpdf: document: %w", err)
	}
	for _, list := range d.Lists {
		for i, e := range list.Entries {
			if !e.Shown() {
				continue
			}
			r, err := newRow(e.View)
			if err != nil {
				return nil, fmt.Errorf("passportpdf: event %d of %s: %w", i, list.Class, err)
			}
			r.class = list.Class
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.time.Compare(b.time) })
	return rows, nil
}

func newRow(shown json.RawMessage) (row, error) {
	var v view
	if err := json.Unmarshal(shown, &v); err != nil {
		return row{}, err
	}
	r := row{time: v.Time.UTC(), kind: v.Type[strings.LastIndexByte(v.Type, '.')+1:], member: v.Member, quality: fmt.Sprint(v.Quality.Index)}
	if v.OdometerMetres != nil {
		const metres = 1000
		r.kilometres = fmt.Sprint(*v.OdometerMetres / metres)
	}
	return r, nil
}
