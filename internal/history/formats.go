package history

import (
	"errors"
	"fmt"
	"os"
	"slices"
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
	// takes are the settings that the format has a use for.
	takes []string
}

// Settings by the names of their flags.
const (
	settingMapping    = "mapping"
	settingRelease    = "vss-release"
	settingIdentities = "identities"
)

// Options are the settings of formats. One that is given to a format without a
// use for it is an error, but for Sample.
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

// given returns the names of the settings that are set.
func (o Options) given() []string {
	var names []string
	for _, setting := range []struct{ name, value string }{
		{settingMapping, o.Mapping}, {settingRelease, o.VSSRelease}, {settingIdentities, o.Identities},
	} {
		if setting.value != "" {
			names = append(names, setting.name)
		}
	}
	return names
}

// Formats returns all formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: FormatSample, Summary: "generated histories with the gaps and errors of real ones; needs no file"},
		{Name: "jsonl", Summary: "one vehicle a line as JSON, what a written sample looks like", open: byLine(parseJSONL), vehiclePerLine: true},
		{Name: "fr-inspections", Summary: "French technical inspections, one vehicle a line as JSON", open: byLine(parseFrInspections), vehiclePerLine: true},
		{Name: "uk-mot", Summary: "results of the British MOT test, all forms of the bulk file; miles", open: openMOT},
		{Name: "cloudevents-jsonl", Summary: "CloudEvents in their JSON format, one a line or in a batch, with data as JSON of their kind", open: openCloudEvents},
		{Name: "csv", Summary: "any delimited file with a header; needs --mapping", open: openCSV, takes: []string{settingMapping, settingIdentities}},
		{Name: "epcis", Summary: "EPCIS 2.0 documents in JSON-LD", open: openEPCIS, takes: []string{settingIdentities}},
		{Name: "ocpi-cdr", Summary: "OCPI 2.2.1 and 2.3.0 charge detail records and sessions; needs --identities", open: openOCPI, takes: []string{settingIdentities}},
		{Name: "catenax", Summary: "Catena-X vehicles, diagnostic sessions, claims and battery passports", open: openCatenaX, takes: []string{settingIdentities}},
		{Name: "vss", Summary: "signals of the COVESA VSS 5.1 or 6.0, one a line as JSON; the release has to be stated", open: openVSS, takes: []string{settingRelease}},
	}
}

// Open returns the source of a format. A file may be compressed with gzip.
//
// Errors: [ErrUnknownFormat], [ErrNoFile], [ErrOption], [ErrHeader],
// [ErrSampleConfig], or what opening the file yields.
func Open(name, path string, options Options) (Source, error) {
	format, err := find(name)
	if err != nil {
		return nil, err
	}
	for _, setting := range options.given() {
		if !slices.Contains(format.takes, setting) {
			return nil, fmt.Errorf("%w: the format %s has no use for %s", ErrOption, name, setting)
		}
	}
	switch {
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
