package portrait

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/pcc-platform/pcc/services/vault"
)

const (
	margin, lineHeight = 15.0, 5.0 // mm
	labelWidth         = 45.0      // mm
	normal, head, big  = 10.0, 12.0, 18.0
	// maxPrinted bounds the accesses on paper; the document has all.
	maxPrinted = 500
)

// page is a PDF under way.
type page struct {
	*fpdf.Fpdf
	// text brings text into the code page of the fonts; what they lack becomes a point.
	text func(string) string
}

// PDF prints a portrait for people, with its document attached.
func PDF(p vault.Portrait, document []byte) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetTitle("Your data", true)
	f.SetLang("en")
	f.SetCreationDate(p.Time)
	f.SetModificationDate(p.Time)
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(true, margin)
	f.SetAttachments([]fpdf.Attachment{{Content: document, Filename: "your-data.json", Description: "The same, for machines"}})
	out := page{f, f.UnicodeTranslatorFromDescriptor("")}
	f.AddPage()
	out.person(p)
	out.requests(p.Requests)
	out.accesses(p.Accesses)
	var pdf bytes.Buffer
	if err := f.Output(&pdf); err != nil {
		return nil, fmt.Errorf("portrait: print: %w", err)
	}
	return pdf.Bytes(), nil
}

func (p page) person(portrait vault.Portrait) {
	p.SetFont("Helvetica", "B", big)
	p.CellFormat(0, 2*lineHeight, "Your data", "", 1, "L", false, 0, "")
	identity := portrait.Holder.Identity.Reveal()
	p.row("Held by", portrait.Request.Member)
	p.row("On", portrait.Time.UTC().Format(time.DateOnly))
	p.row("Name", identity.FullName)
	p.row("E-mail", identity.Email)
	p.row("Postal address", identity.PostalAddress)
	p.row("Registered", portrait.Holder.CreateTime.UTC().Format(time.DateOnly))
	p.row("Vehicle (VIN)", portrait.VIN.Reveal())
	history := "not included"
	if portrait.Proof != nil {
		history = "in the attached file your-data.json, with proofs that can be verified offline"
	}
	p.row("Vehicle's history", history)
}

func (p page) requests(requests []vault.SubjectRequest) {
	p.title("What you asked for")
	for _, r := range requests {
		p.row(r.ReceiveTime.UTC().Format(time.DateOnly), string(r.Kind)+": "+string(r.State)+", due "+r.DueTime.UTC().Format(time.DateOnly))
	}
}

func (p page) accesses(accesses []vault.Access) {
	p.title("Who read or changed your data: " + strconv.Itoa(len(accesses)) + " times")
	for _, a := range accesses[:min(len(accesses), maxPrinted)] {
		p.row(a.Time.UTC().Format(time.DateTime), a.By+", "+a.Action)
	}
}

func (p page) title(text string) {
	p.Ln(lineHeight)
	p.SetFont("Helvetica", "B", head)
	p.CellFormat(0, 2*lineHeight, p.text(text), "", 1, "L", false, 0, "")
}

func (p page) row(label, value string) {
	p.SetFont("Helvetica", "B", normal)
	p.CellFormat(labelWidth, lineHeight, p.text(label), "", 0, "L", false, 0, "")
	p.SetFont("Helvetica", "", normal)
	p.MultiCell(0, lineHeight, p.text(value), "", "L", false)
}
