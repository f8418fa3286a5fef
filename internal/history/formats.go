package history

import (
	"errors"
	"fmt"
	"os"
)

// Errors of Open.
var (
	// ErrUnknownFormat says that no format has the name asked for.
	ErrUnknownFormat = errors.New("history: unknown format")
	// ErrNoFile says that a format reads a file and none was named.
	ErrNoFile = errors.New("history: the format needs a file")
	// ErrHeader says that a file's first line does not name the columns the format needs.
	ErrHeader = errors.New("history: the header does not fit the format")
	// ErrOption says that a setting a format needs is missing or wrong.
	ErrOption = errors.New("history: setting")
)

// FormatSample names the generated sample, the only format without a file.
const FormatSample = "sample"

// Format is one way histories are written.
type Format struct {
	Name    string
	Summary string
	// open is nil for the generated sample.
	open opener
	// vehiclePerLine says that a vehicle stands on one line with all its rows.
	vehiclePerLine bool
}

// Options are the settings of formats; each format uses its own and ignores the others.
type Options struct {
	// Sample is for FormatSample.
	Sample SampleConfig
	// Mapping is the file that says what the columns of "csv" mean.
	Mapping string
	// VSSRelease is the release of the signals of "vss", for records that do not
	// state their own.
	VSSRelease string
	// Identities is a CSV file "identifier,vin" of the names that other systems
	// have for vehicles. It is read into memory and no identifier leaves it.
	Identities string
}

// Formats returns all formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: FormatSample, Summary: "generated histories with the gaps and errors of real ones; needs no file"},
		{Name: "jsonl", Summary: "one vehicle a line as JSON, what a written sample looks like", open: byLine(parseJSONL), vehiclePerLine: true},
		{Name: "fr-inspections", Summary: "French technical inspections, one vehicle a line as JSON", open: byLine(parseFrInspections), vehiclePerLine: true},
		{Name: "uk-mot", Summary: "results of the British MOT test, all forms of the bulk file; miles", open: openMOT},
		{Name: "cloudevents-jsonl", Summary: "CloudEvents in their JSON format, one a line or in a batch, with data as JSON of their kind", open: openCloudEvents},
		{Name: "csv", Summary: "any delimited file with a header; needs --mapping", open: openCSV},
		{Name: "epcis", Summary: "EPCIS 2.0 documents in JSON-LD", open: openEPCIS},
		{Name: "ocpi-cdr", Summary: "OCPI 2.2.1 and 2.3.0 charge detail records and sessions; needs --identities", open: openOCPI},
		{Name: "catenax", Summary: "Catena-X vehicles, diagnostic sessions, claims and battery passports", open: openCatenaX},
		{Name: "vss", Summary: "signals of the COVESA VSS 5.1 or 6.0, one a line as JSON; the release has to be stated", open: openVSS},
	}
}

// Open returns the source of a format. A file may be compressed with gzip.
//
// Errors: [ErrUnknownFormat], [ErrNoFile], [ErrOption], [ErrHeader],
// [ErrSampleConfig], or what opening the file yields.
func Open(name, path string, options Options) (Source, error) {
	format, err := find(name)
	switch {
	case err != nil:
		return nil, err
	case format.open == nil:
		return NewSample(options.Sample)
	case path == "":
		return nil, fmt.Errorf("%w: %s", ErrNoFile, name)
	}
	check, err := newChecker()
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	source, err := newFileSource(file, format, options, check)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return source, nil
}

func find(name string) (Format, error) {
	for _, format := range Formats() {
		if format.Name == name {
			return format, nil
		}
	}
	return Format{}, fmt.Errorf("%w: %q", ErrUnknownFormat, name)
}
