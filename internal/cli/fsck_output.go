package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/fsck"
)

// fsckPace is how often progress is told.
const fsckPace = 2 * time.Second

// fsckProgress tells on standard error how far an examination is.
type fsckProgress struct {
	env  *environment
	told time.Time
}

func (p *fsckProgress) show(at fsck.Progress) {
	if time.Since(p.told) < fsckPace && at.Entries < at.Size {
		return
	}
	p.told = time.Now()
	_, _ = fmt.Fprintf(p.env.stderr, "stream %d of %d, %s: %d of %d entries\n", at.Number, at.Streams, at.Stream, at.Entries, at.Size)
}

func printFsck(env *environment, r *fsckReport, format outputFormat) error {
	if format == outputJSON {
		encoder := json.NewEncoder(env.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	var entries uint64
	for _, s := range r.Streams {
		entries += s.Size
	}
	env.printf("%s: %d streams, %d entries, compared with %d checkpoints from elsewhere: %d findings\n",
		r.Schema, len(r.Streams), entries, r.Compared, r.count())
	if r.Compared == 0 {
		env.printf("nothing was compared with: a restored or rewritten database would not be noticed (--epochs, --checkpoints)\n")
	}
	if len(r.Findings) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "finding\tstream\tplace\twhat")
	for _, f := range r.Findings {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Reason, f.Stream, f.Place, f.Text)
	}
	for _, o := range r.Omitted {
		_, _ = fmt.Fprintf(w, "%s\t%s\t\tand %d more\n", o.Reason, o.Stream, o.Count)
	}
	return w.Flush()
}
