package cli

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/apperr"
)

func TestReadingRangesOfARegister(t *testing.T) {
	const register = "\uFEFFRecalls Number,Make,VIN Start , vin end\n" +
		"R/1,A,VNKKG9#3#0A001017,VNKKG9#3#0A216603\n" +
		"R/2,B,SHHGG5**0AU001211,SHHGG5**0AU002017\n" +
		"R/1,A,,\n" +
		"\"R/1\",\"A\nB\",740405 to 872978,\n" +
		"R/1\n"
	got, err := readRanges(strings.NewReader(register), "register.csv", "R/1")
	must(t, err)
	want := []string{"register.csv line 2: VNKKG9#3#0A001017 to VNKKG9#3#0A216603", "register.csv line 5: 740405 to 872978"}
	var lines []string
	for i, v := range vinRanges(got, nil) {
		lines = append(lines, got[i].place+": "+rangeLine(v))
	}
	if !slices.Equal(lines, want) {
		t.Errorf("read %q, want %q", lines, want)
	}

	got, err = readRanges(strings.NewReader("start,end,manufacturers\n000001,000009,VR3  VR7\n000010,000019,\n"), "own.csv", "R/1")
	must(t, err)
	ranges := vinRanges(got, []string{"SMT"})
	if line := rangeLine(ranges[0]); line != "000001 to 000009 of VR3, VR7" {
		t.Errorf("the first range is %s", line)
	}
	if line := rangeLine(ranges[1]); line != "000010 to 000019 of SMT" {
		t.Errorf("the second range is %s", line)
	}
}

func TestARegisterThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "header: EOF",
		"a,b\n":                                `no column "VIN Start"`,
		"campaign,start\nR/2,VR3AAAAAAAA10000": "no row of campaign R/1 has a VIN",
		"start\n\"open":                        "extraneous or missing",
		"start\nsome\n":                        "",
	} {
		_, err := readRanges(strings.NewReader(text), "f.csv", "R/1")
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", text, err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "many.csv")
	must(t, os.WriteFile(file, []byte("start\n"+strings.Repeat("VR3AAAAAAAA100000\n", maxRanges+1)), 0o600))
	if _, err := statedRanges(nil, file, "R/1"); err == nil || !strings.Contains(err.Error(), "at most 500") {
		t.Errorf("too many ranges give %v", err)
	}
}

func TestARefusalNamesTheRange(t *testing.T) {
	ranges := []statedRange{{place: `--vins "a"`}, {place: "f.csv line 9"}}
	refusal := apperr.New(apperr.InvalidArgument, "VIN_RANGE_INVALID", "no")
	if got := locate(refusal.WithField("ranges[1].manufacturers"), ranges).Error(); !strings.HasPrefix(got, "f.csv line 9: ") {
		t.Errorf("got %q", got)
	}
	for _, field := range []string{"ranges[2]", "campaign", ""} {
		if got := locate(refusal.WithField(field), ranges).Error(); strings.Contains(got, "f.csv") {
			t.Errorf("%s: %q", field, got)
		}
	}
}

// TestReadingAPublicRegister reads a campaign of a public register of recalls, if PCC_DATA_DIR has it.
func TestReadingAPublicRegister(t *testing.T) {
	dir := os.Getenv("PCC_DATA_DIR")
	if dir == "" {
		t.Log("PCC_DATA_DIR is not set: the public register is not read")
		return
	}
	file, err := os.Open(filepath.Join(dir, "uk_recalls", "uk_recalls.csv.gz"))
	must(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	must(t, err)
	got, err := readRanges(unzipped, "register", "R/2014/049")
	must(t, err)
	if len(got) != 12 || got[0].start != "JTDJG963#05014451" {
		t.Errorf("%d ranges, the first %+v", len(got), got[0])
	}
}

func TestAnOutputIsATableOrJSON(t *testing.T) {
	if told := run(t, 1, "recall", "list", "--output", "xml"); !strings.Contains(told, "neither table nor json") {
		t.Errorf("told %q", told)
	}
	if told := run(t, 1, "recall", "issue", "--campaign", "R/1"); !strings.Contains(told, "--vins, --ranges or --part") {
		t.Errorf("told %q", told)
	}
}
