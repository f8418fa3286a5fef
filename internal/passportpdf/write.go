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

	"github.com/pcc-platform/pcc/internal/pdfpage"
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
	title      = "Vehicle passport"
	note       = "These pages prove nothing. The attached file " + attachment + " does: verify it offline, with a trust list of your own."

	codeSize   = 32.0 // mm
	codePixels = 512
)

// page is a PDF under way.
type page struct{ pdfpage.Document }

// Write writes the PDF.
func Write(w io.Writer, p Passport) error {
	if len(p.Link) > MaxLinkBytes {
		return fmt.Errorf("passportpdf: a link of %d bytes, at most %d", len(p.Link), MaxLinkBytes)
	}
	rows, err := history(p.Document)
	if err != nil {
		return err
	}
	out := page{pdfpage.New(title, note, p.GeneratedAt)}
	out.SetAttachments([]fpdf.Attachment{{Content: p.Document, Filename: attachment, Description: "The proof document"}})
	if err := out.code(p.Link); err != nil {
		return err
	}
	out.summary(p.Report)
	out.lists(p.Report.Lists)
	out.events(rows)
	return out.Finish(w)
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
	p.ImageOptions("code", width-pdfpage.Margin-codeSize, pdfpage.Margin, codeSize, codeSize, false, options, 0, link)
	return nil
}

func (p page) summary(r verify.Report) {
	const form = "2006-01-02 15:04:05 MST"
	width, _ := p.GetPageSize()
	width -= 2*pdfpage.Margin + codeSize
	lines := []string{
		r.Passport,
		fmt.Sprintf("Complete up to %s, epoch %d", r.CompleteUpTo.Format(form), r.EpochNumber),
		"Endorsed by " + strings.Join(r.EndorsedBy, ", "),
	}
	for _, c := range r.CosignedBy {
		lines = append(lines, fmt.Sprintf("Cosigned by %s at %s", c.Name, c.Time.Format(form)))
	}
	p.Head(width, title, lines...)
	p.SetY(max(p.GetY(), pdfpage.Margin+codeSize) + pdfpage.LineHeight)
}

// lists prints how many events each class has, and how many of them are not shown.
func (p page) lists(lists []verify.ListReport) {
	p.Table([]pdfpage.Column{pdfpage.Left("class", 40), pdfpage.Right("events", 25), pdfpage.Right("withheld", 25)}, func(line func(cells ...string)) {
		for _, l := range lists {
			line(l.Class, fmt.Sprint(l.Count), fmt.Sprint(l.Count-l.Shown))
		}
	})
}

func (p page) events(rows []row) {
	columns := []pdfpage.Column{
		pdfpage.Left("time (UTC)", 35), pdfpage.Left("event", 50), pdfpage.Right("km", 20), pdfpage.Right("quality", 15), pdfpage.Left("from", 55),
	}
	p.Table(columns, func(line func(cells ...string)) {
		for _, r := range rows {
			line(r.time.Format("2006-01-02 15:04"), r.kind, r.kilometres, r.quality, r.member)
		}
	})
}
