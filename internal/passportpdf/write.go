package passportpdf

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/pcc-platform/pcc/verify"
)

// Passport is what is printed.
type Passport struct {
	// Report is that of the document, which was verified.
	Report verify.Report
	// Document is the proof document, attached as it is.
	Document []byte
	// GeneratedAt is the document's own time, which the file has too.
	GeneratedAt time.Time
	// Link is where readers can verify it, at most MaxLinkBytes; no code is printed without one.
	Link string
}

// MaxLinkBytes bounds a link, so that a phone reads its code off paper.
const MaxLinkBytes = 200

const (
	attachment = "passport.json"

	margin, lineHeight = 15.0, 5.0 // mm
	codeSize           = 32.0      // mm
	codePixels         = 512
	small, normal, big = 8.0, 10.0, 18.0 // pt
)

// page is a PDF under way.
type page struct {
	*fpdf.Fpdf
	// text brings text into the code page of the fonts; what they lack becomes a point.
	text func(string) string
}

// Write writes the PDF.
func Write(w io.Writer, p Passport) error {
	if len(p.Link) > MaxLinkBytes {
		return fmt.Errorf("passportpdf: a link of %d bytes, at most %d", len(p.Link), MaxLinkBytes)
	}
	rows, err := history(p.Document)
	if err != nil {
		return err
	}
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(p.GeneratedAt)
	f.SetModificationDate(p.GeneratedAt)
	f.SetTitle("Vehicle passport", true)
	f.SetLang("en")
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, 2*margin)
	f.SetAttachments([]fpdf.Attachment{{Content: p.Document, Filename: attachment, Description: "The proof document"}})
	out := page{f, f.UnicodeTranslatorFromDescriptor("")}
	out.footer()
	f.AddPage()
	if err := out.code(p.Link); err != nil {
		return err
	}
	out.summary(p.Report)
	out.lists(p.Report.Lists)
	out.events(rows)
	if err := f.Output(w); err != nil {
		return fmt.Errorf("passportpdf: %w", err)
	}
	return nil
}

func (p page) footer() {
	p.AliasNbPages("")
	p.SetFooterFunc(func() {
		p.SetY(-2 * margin)
		p.SetFont("Helvetica", "I", small)
		p.MultiCell(0, lineHeight, p.text("These pages prove nothing. The attached file "+attachment+" does: verify it offline, with a trust list of your own."), "", "L", false)
		p.CellFormat(0, lineHeight, fmt.Sprintf("%d / {nb}", p.PageNo()), "", 0, "R", false, 0, "")
	})
}

// code prints a link for cameras and, on a screen, for a click.
func (p page) code(link string) error {
	if link == "" {
		return nil
	}
	modules, err := qr.Encode(link, qr.M, qr.Auto)
	if err == nil {
		modules, err = barcode.Scale(modules, codePixels, codePixels)
	}
	if err != nil {
		return fmt.Errorf("passportpdf: code: %w", err)
	}
	var image bytes.Buffer
	if err := png.Encode(&image, modules); err != nil {
		return fmt.Errorf("passportpdf: code: %w", err)
	}
	width, _ := p.GetPageSize()
	options := fpdf.ImageOptions{ImageType: "PNG"}
	p.RegisterImageOptionsReader("code", options, &image)
	p.ImageOptions("code", width-margin-codeSize, margin, codeSize, codeSize, false, options, 0, link)
	return nil
}

func (p page) summary(r verify.Report) {
	const form = "2006-01-02 15:04:05 MST"
	width, _ := p.GetPageSize()
	width -= 2*margin + codeSize
	p.SetFont("Helvetica", "B", big)
	p.MultiCell(width, 2*lineHeight, "Vehicle passport", "", "L", false)
	p.SetFont("Helvetica", "", normal)
	lines := []string{
		r.Passport,
		fmt.Sprintf("Complete up to %s, epoch %d", r.CompleteUpTo.Format(form), r.EpochNumber),
		"Endorsed by " + strings.Join(r.EndorsedBy, ", "),
	}
	for _, c := range r.CosignedBy {
		lines = append(lines, fmt.Sprintf("Cosigned by %s at %s", c.Name, c.Time.Format(form)))
	}
	for _, line := range lines {
		p.MultiCell(width, lineHeight, p.text(line), "", "L", false)
	}
	p.SetY(max(p.GetY(), margin+codeSize) + lineHeight)
}

// lists prints how many events each class has, and how many of them are not shown.
func (p page) lists(lists []verify.ListReport) {
	p.table([]column{{"class", 40, "L"}, {"events", 25, "R"}, {"withheld", 25, "R"}}, func(line func(cells ...string)) {
		for _, l := range lists {
			line(l.Class, fmt.Sprint(l.Count), fmt.Sprint(l.Count-l.Shown))
		}
	})
}

func (p page) events(rows []row) {
	columns := []column{{"time (UTC)", 35, "L"}, {"event", 50, "L"}, {"km", 20, "R"}, {"quality", 15, "R"}, {"from", 55, "L"}}
	p.table(columns, func(line func(cells ...string)) {
		for _, r := range rows {
			line(r.time.Format("2006-01-02 15:04"), r.kind, r.kilometres, r.quality, r.member)
		}
	})
}

// column of a table: its head, width in mm, and alignment.
type column struct {
	head  string
	width float64
	align string
}

func (p page) table(columns []column, fill func(line func(cells ...string))) {
	line := func(cells ...string) {
		for i, cell := range cells {
			p.CellFormat(columns[i].width, lineHeight, p.text(cell), "B", 0, columns[i].align, false, 0, "")
		}
		p.Ln(lineHeight)
	}
	p.SetFont("Helvetica", "B", small)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	line(heads...)
	p.SetFont("Helvetica", "", small)
	fill(line)
	p.Ln(lineHeight)
}
