package vinrange_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/services/vault/vinrange"
)

func TestRanges(t *testing.T) {
	for name, c := range map[string]struct {
		start, end string
		of         []string
		in, out    string
	}{
		"serial numbers":     {start: "VR3AAAAAAAA100000", end: "VR3AAAAAAAA200000", in: "VR3AAAAAAAA100000 VR3AAAAAAAA150000 VR3AAAAAAAA200000", out: "VR3AAAAAAAA099999 VR3AAAAAAAA200001 VR7AAAAAAAA150000"},
		"either order":       {start: "VR3AAAAAAAA200000", end: "VR3AAAAAAAA100000", in: "VR3AAAAAAAA150000", out: "VR3AAAAAAAA200001"},
		"one car":            {start: "VR3AAAAAAAA100000", in: "VR3AAAAAAAA100000", out: "VR3AAAAAAAA100001"},
		"masked":             {start: "VR3******GZ023615", end: "VR3******GZ067011", in: "VR3ABCDEFGZ050000 VR3ZZZZZZGZ023615", out: "VR3ABCDEFGY050000 VR7ABCDEFGZ050000 VR3ABCDEFGZ067012"},
		"masked otherwise":   {start: "VR3AB??R#9A006992", end: "VR3AB..r#9A054268", in: "VR3ABXYR19A010000", out: "VR3ABXYS19A010000"},
		"variants":           {start: "VR3A3AAA22V232704", end: "VR3A6AAA22V233078", in: "VR3A3AAA22V233000 VR3A5AAA22V232800", out: "VR3A7AAA22V233000 VR3A2AAA22V233000"},
		"backward variants":  {start: "VR3AAA1772A004807", end: "VR3AAA1781A183877", in: "VR3AAA1782A100000 VR3AAA1771A004807", out: "VR3AAA1773A100000 VR3AAA1782A183878"},
		"model years":        {start: "VR3ZZZ2EZ86025656", end: "VR3ZZZ2EZA6010280", in: "VR3ZZZ2EZ86025656 VR3ZZZ2EZ86999999 VR3ZZZ2EZ96000001 VR3ZZZ2EZA6010280", out: "VR3ZZZ2EZ86025655 VR3ZZZ2EZA6010281 VR3ZZZ2EZB6000001 VR3ZZZ2EZ76030000"},
		"eight digits":       {start: "VR35SDA1553938905", end: "VR35SDA1554468831", in: "VR35SDA1554000000", out: "VR35SDA1554468832 VR35SDA1553938904"},
		"check digits":       {start: "1M8GDM9AXKP042788", end: "1M8GDM9A1KP042789", in: "1M8GDM9AXKP042788 1M8GDM9A1KP042789", out: "1M8GDM9A8KP042790"},
		"equal check digits": {start: "11111111111111111", end: "11111111111111111", in: "11111111911111111", out: "11111111111111112"},
		"a serial number":    {start: "740405", end: "872978", of: []string{"SMT", "VR3"}, in: "SMTAAAAAAAA800000 VR3AAAAAAAA740405", out: "VR7AAAAAAAA800000 SMTAAAAAAAA740404"},
		"without a maker":    {start: "740405", end: "872978", out: "SMTAAAAAAAA800000"},
		"zeros before":       {start: "00000000000227652", end: "00000000000234933", of: []string{"SAL"}, in: "SALAAAAAAAA230000", out: "SALAAAAAAAA234934"},
		"few digits":         {start: "0001 to 11645", of: []string{"SAL"}, in: "SALAAAAAAAA000001 SALAAAAAAAA011645", out: "SALAAAAAAAA011646"},
		"in one cell":        {start: "VR3AAAAAAAA100000 to VR3AAAAAAAA200000", in: "VR3AAAAAAAA150000", out: "VR3AAAAAAAA200001"},
		"two in a cell":      {start: "VR3AAAAAAAA100000  VR7AAAAAAAA500000", end: "VR3AAAAAAAA200000 VR7AAAAAAAA500009", in: "VR3AAAAAAAA150000 VR7AAAAAAAA500001", out: "VR3AAAAAAAA500001"},
		"badly printed":      {start: " vr3aaaaaa aa100000\uFFFD ", end: "VR3AAAAAAAA200000\u00A0", in: "VR3AAAAAAAA150000", out: "VR3AAAAAAAA200001"},
	} {
		t.Run(name, func(t *testing.T) {
			ranges, err := vinrange.Parse(c.start, c.end)
			if err != nil {
				t.Fatal(err)
			}
			contains := func(vin string) bool {
				for _, r := range ranges {
					if c.of != nil {
						r = r.Of(c.of)
					}
					if r.Contains(vin) {
						return true
					}
				}
				return false
			}
			for _, vin := range strings.Fields(c.in) {
				if !contains(vin) {
					t.Errorf("%s is not in it", vin)
				}
			}
			for _, vin := range strings.Fields(c.out) {
				if contains(vin) {
					t.Errorf("%s is in it", vin)
				}
			}
		})
	}
}

func TestWhatIsNoRange(t *testing.T) {
	for _, cells := range [][2]string{
		{"", ""}, {"Various", ""}, {"Built out of sequence.", ""}, {"V6A16", "V6B16"}, {"0416/432", "0516/443"},
		{"HA3W-0000895", "HA3W-0001660"}, {"VR3AAAAAAAA100000", "VR3AAAAAAAA2000001"}, {"VR3AAAAAAAA10000", "VR3AAAAAAAA20000O"},
		{"VR3AAAAAAAA******", "VR3AAAAAAAA******"}, {"VR3IAAAAAAA100000", "VR3IAAAAAAA100009"}, {"740405", ""}, {"", "740405"},
		{"VR3AAAAAAAA100000 VR3AAAAAAAA100001", "VR3AAAAAAAA100002"}, {strings.Repeat("1", 300), ""}, {"a to b to c", ""},
	} {
		if got, err := vinrange.Parse(cells[0], cells[1]); !errors.Is(err, vinrange.ErrMalformed) {
			t.Errorf("%q is %v, %v", cells, got, err)
		}
	}
}

func TestManufacturers(t *testing.T) {
	for text, want := range map[string]bool{"VR3": true, "1M8": true, "": false, "VR": false, "VRO": false, "vr3": false, "VR3A": false} {
		if vinrange.ValidManufacturer(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// TestRealRecalls reads the ranges of a public register of recalls, if PCC_DATA_DIR has it.
func TestRealRecalls(t *testing.T) {
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		t.Log("PCC_DATA_DIR is not set: the public register is not read")
		return
	}
	rows := register(t, filepath.Join(dir, "uk_recalls", "uk_recalls.csv.gz"))
	read, refused := 0, 0
	for _, row := range rows {
		start, end := row["VIN Start"], row["VIN End"]
		if strings.TrimSpace(start+end) == "" {
			continue
		}
		ranges, err := vinrange.Parse(start, end)
		if err != nil {
			refused++
			continue
		}
		read++
		for _, r := range ranges {
			for _, vin := range []string{start, end} {
				if whole := strings.ToUpper(strings.TrimSpace(vin)); !r.Truncated() && len(whole) == 17 && !strings.ContainsAny(whole, "*#.") && !r.Contains(whole) {
					t.Errorf("an end of a range is not in it: row of campaign %s", row["Recalls Number"])
				}
			}
		}
	}
	t.Logf("%d ranges read, %d refused", read, refused)
	if read < 155 || refused > 32 {
		t.Errorf("%d ranges read, %d refused", read, refused)
	}
}

// register reads a gzipped CSV file with a header line.
func register(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func FuzzParse(f *testing.F) {
	f.Add("VR3******GZ023615", "VR3******GZ067011", "VR3ABCDEFGZ050000")
	f.Add("740405 to 872978", "", "SMTAAAAAAAA800000")
	f.Add("WAUZZZ8P.4A000194", "WAUZZZ8P.4A130169\uFFFD", "WAUZZZ8P14A000200")
	f.Fuzz(func(t *testing.T, start, end, vin string) {
		ranges, err := vinrange.Parse(start, end)
		if err != nil {
			if !errors.Is(err, vinrange.ErrMalformed) || ranges != nil {
				t.Fatalf("%v, %v", ranges, err)
			}
			return
		}
		back, err := vinrange.Parse(end, start)
		for _, r := range ranges {
			if r.Truncated() && r.Contains(vin) {
				t.Fatal("a truncated range contains a VIN of nobody")
			}
			if r.Contains(vin) && len(vin) != 17 {
				t.Fatalf("contains %q", vin)
			}
			if err == nil && len(back) != len(ranges) {
				t.Fatalf("%d ranges one way, %d the other", len(ranges), len(back))
			}
		}
	})
}
