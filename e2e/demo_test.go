package e2e_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/e2e/internal/stack"
)

// summary is the last line of `pcc demo --json`. A pointer tells a field that is missing from one that is zero.
type summary struct {
	Vehicles        *int            `json:"vehicles"`
	RowsRead        *int            `json:"rows_read"`
	EventsSent      *int            `json:"events_sent"`
	EventsAccepted  *int            `json:"events_accepted"`
	EventsDuplicate *int            `json:"events_duplicate"`
	EventsRejected  *int            `json:"events_rejected"`
	Rejections      *map[string]int `json:"rejections"`
	EpochsAnchored  *int            `json:"epochs_anchored"`
	FabricHeight    *int            `json:"fabric_height"`
	EndorsingMSPs   *[]string       `json:"endorsing_msps"`
	CosignedBy      *[]string       `json:"cosigned_by"`
	ProofVerified   *bool           `json:"proof_verified"`
	TamperedRefused *int            `json:"tampered_refused"`
	ReadPrice       *string         `json:"read_price"`
	BalancesZeroSum *bool           `json:"balances_zero_sum"`
	Seconds         *struct {
		Build  *float64 `json:"build"`
		Start  *float64 `json:"start"`
		Import *float64 `json:"import"`
		Anchor *float64 `json:"anchor"`
	} `json:"seconds"`
}

const demoVehicles = 100

// TestDemo runs the main job by one command, all services in one process, and then what a person does afterwards: verify
// the proof with nothing running, start again on the same data, and stop for good.
func TestDemo(t *testing.T) {
	s := stack.New(t)
	first := runDemo(t, s, "--vehicles", strconv.Itoa(demoVehicles))
	if *first.Vehicles != demoVehicles || *first.EventsAccepted == 0 || *first.EventsDuplicate != 0 {
		t.Errorf("the first run: %d vehicles, %d accepted, %d duplicates", *first.Vehicles, *first.EventsAccepted, *first.EventsDuplicate)
	}
	downLeavesNothing(t, s)
	noteIsNowhere(t, s)
	verifyOffline(t, s)

	s.Up(t, stack.Single)
	if n := epochsAnchored(t, s); n < *first.EpochsAnchored {
		t.Errorf("%d epochs after the restart, %d before", n, *first.EpochsAnchored)
	}
	again := runDemo(t, s, "--vehicles", strconv.Itoa(demoVehicles))
	if *again.EventsAccepted != 0 || *again.EventsDuplicate != *first.EventsAccepted || *again.EventsRejected != *first.EventsRejected {
		t.Errorf("the repeated run accepted %d, knew %d, rejected %d; the first accepted %d, rejected %d",
			*again.EventsAccepted, *again.EventsDuplicate, *again.EventsRejected, *first.EventsAccepted, *first.EventsRejected)
	}
	if *again.FabricHeight < *first.FabricHeight {
		t.Errorf("the ledger has %d blocks after the restart, %d before", *again.FabricHeight, *first.FabricHeight)
	}
	importInspections(t, s)
	examineJournal(t, s)
	killSupervisor(t, s)
	downLeavesNothing(t, s)
	s.Run(t, "reset")
	if _, err := os.Stat(s.State); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the reset the state folder is still there: %v", err)
	}
}

// TestDemoFourOrderers runs the main job over the ordering service that tolerates a lying organisation.
func TestDemoFourOrderers(t *testing.T) {
	s := stack.New(t)
	runDemo(t, s, "--vehicles", "10", "--fabric", "bft")
	orderers := 0
	for _, p := range s.Processes(t) {
		if strings.Contains(p.Name, "orderer") {
			orderers++
		}
	}
	if orderers != 4 {
		t.Errorf("%d orderers, want 4", orderers)
	}
	downLeavesNothing(t, s)
}

// killSupervisor kills the process that looks after all others, which live on; `pcc down` must still find them.
func killSupervisor(t *testing.T, s *stack.Stack) {
	t.Helper()
	raw, err := os.ReadFile(s.Path("supervisor.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil || pid <= 1 {
		t.Fatalf("supervisor.pid: %q", raw)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// importInspections runs the demonstration on real histories where the machine has them, and accounts for every row.
func importInspections(t *testing.T, s *stack.Stack) {
	t.Helper()
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		dir = filepath.Join(s.Root, "..", "shared", "data")
	}
	file := filepath.Join(dir, "fr_inspections", "fr_vehicles_inspections.jsonl.gz")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not there: no French inspections imported", file)
		return
	}
	vehicles, rows := countInspections(t, file)
	got := runDemo(t, s, "--data", file, "--format", "fr-inspections")
	if *got.RowsRead != rows || *got.Vehicles != vehicles {
		t.Errorf("%d rows of %d vehicles read, the file has %d of %d", *got.RowsRead, *got.Vehicles, rows, vehicles)
	}
	t.Logf("%d inspections: %d accepted, %d known before, rejected %v", rows, *got.EventsAccepted, *got.EventsDuplicate, *got.Rejections)
}

// countInspections counts by its own reading of the file.
func countInspections(t *testing.T, file string) (vehicles, rows int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	const longestLine = 1 << 20
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var v struct {
			Inspections []json.RawMessage `json:"inspections"`
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		vehicles++
		rows += len(v.Inspections)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return vehicles, rows
}

// runDemo runs the demonstration and checks what must hold of every summary.
func runDemo(t *testing.T, s *stack.Stack, flags ...string) summary {
	t.Helper()
	out := s.Run(t, append([]string{"demo", "--json", "--noninteractive", "--shape", string(stack.Single)}, flags...)...)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	decoder := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	decoder.DisallowUnknownFields()
	var r summary
	if err := decoder.Decode(&r); err != nil || decoder.More() {
		t.Fatalf("the last line of standard output is not the summary: %v\n%s", err, out)
	}
	if missing := r.missing(); len(missing) > 0 {
		t.Fatalf("the summary lacks %v:\n%s", missing, out)
	}
	t.Logf("%s", lines[len(lines)-1])
	rejected := 0
	for _, n := range *r.Rejections {
		rejected += n
	}
	if *r.RowsRead != *r.EventsAccepted+*r.EventsDuplicate+*r.EventsRejected || rejected != *r.EventsRejected || *r.RowsRead == 0 {
		t.Errorf("rows are not accounted for: %s", lines[len(lines)-1])
	}
	if *r.EpochsAnchored < 1 || *r.FabricHeight < 2 || len(*r.EndorsingMSPs) < 2 {
		t.Errorf("anchored %d epochs, ledger height %d, endorsed by %v", *r.EpochsAnchored, *r.FabricHeight, *r.EndorsingMSPs)
	}
	if len(*r.CosignedBy) < 2 {
		t.Errorf("cosigned by %v, want a majority of three witnesses", *r.CosignedBy)
	}
	if !*r.ProofVerified || *r.TamperedRefused != 3 || !*r.BalancesZeroSum || !regexp.MustCompile(`^\d+\.\d{4}$`).MatchString(*r.ReadPrice) {
		t.Errorf("proof verified %t, tampered refused %d, zero sum %t, price %q", *r.ProofVerified, *r.TamperedRefused, *r.BalancesZeroSum, *r.ReadPrice)
	}
	return r
}

// missing names the fields that the summary does not have.
func (r *summary) missing() (names []string) {
	present := map[string]bool{
		"vehicles": r.Vehicles != nil, "rows_read": r.RowsRead != nil, "events_sent": r.EventsSent != nil,
		"events_accepted": r.EventsAccepted != nil, "events_duplicate": r.EventsDuplicate != nil,
		"events_rejected": r.EventsRejected != nil, "rejections": r.Rejections != nil, "epochs_anchored": r.EpochsAnchored != nil,
		"fabric_height": r.FabricHeight != nil, "endorsing_msps": r.EndorsingMSPs != nil, "cosigned_by": r.CosignedBy != nil, "proof_verified": r.ProofVerified != nil,
		"tampered_refused": r.TamperedRefused != nil, "read_price": r.ReadPrice != nil, "balances_zero_sum": r.BalancesZeroSum != nil,
		"seconds": r.Seconds != nil && r.Seconds.Build != nil && r.Seconds.Start != nil && r.Seconds.Import != nil && r.Seconds.Anchor != nil,
	}
	for name, ok := range present {
		if !ok {
			names = append(names, name)
		}
	}
	return names
}

// epochsAnchored reads the first line of `pcc epochs`.
func epochsAnchored(t *testing.T, s *stack.Stack) (n int) {
	t.Helper()
	out := s.Run(t, "epochs")
	if _, err := fmt.Sscanf(out, "%d epochs anchored", &n); err != nil {
		t.Fatalf("pcc epochs: %v\n%s", err, out)
	}
	return n
}

// verifyOffline verifies the exported proof and refuses the demonstration's forgeries, with no service to ask.
func verifyOffline(t *testing.T, s *stack.Stack) {
	t.Helper()
	if out := s.Run(t, "verify", s.Path("demo", "passport.json")); !strings.HasPrefix(out, "VERIFIED") {
		t.Errorf("pcc verify says: %s", out)
	}
	for _, forgery := range []string{"one-byte.json", "mileage.json", "dropped-event.json"} {
		if out, _, err := s.Try(t.Context(), nil, "verify", s.Path("demo", forgery)); err == nil {
			t.Errorf("%s was verified: %s", forgery, out)
		}
	}
}

// downLeavesNothing stops the stack and looks for what it should not have left.
func downLeavesNothing(t *testing.T, s *stack.Stack) {
	t.Helper()
	ran := s.Processes(t)
	if len(ran) < 8 {
		t.Errorf("only %d processes were recorded: %v", len(ran), ran)
	}
	s.Run(t, "down")
	for _, p := range ran {
		if p.Alive() {
			t.Errorf("process %d of %s outlived the stack", p.PID, p.Name)
		}
	}
	nothingIsLeft(t, s)
}

// nothingIsLeft looks for records of processes and for listeners on the stack's ports.
func nothingIsLeft(t *testing.T, s *stack.Stack) {
	t.Helper()
	if left := s.Processes(t); len(left) > 0 {
		t.Errorf("records of processes are left: %v", left)
	}
	for name, port := range s.Ports(t) {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), time.Second)
		if err == nil {
			_ = conn.Close()
			t.Errorf("something listens on port %d of %s", port, name)
		}
	}
}

// noteIsNowhere searches all that the platform stored and logged for the note that the demonstration's garage filed, and its insurer
// read: not in the clear may it stand there.
func noteIsNowhere(t *testing.T, s *stack.Stack) {
	t.Helper()
	const note, operation = "left sill welded", "bodywork" // the operation is not confidential, and shows that the search sees the event
	seen := false
	walk(t, s.State, func(path string, content []byte) {
		seen = seen || bytes.Contains(content, []byte(operation))
		if bytes.Contains(content, []byte(note)) {
			t.Errorf("the confidential note stands in %s", path)
		}
	})
	if !seen {
		t.Error("the event itself was not found")
	}
}
