// Package pdfpage is the style of the platform's printed pages: A4, one family of fonts, text and tables from top to bottom. Equal
// contents make equal files.
package pdfpage

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

const (
	// Margin is around each page, in mm.
	Margin = 15.0
	// LineHeight is that of a line of text, in mm.
	LineHeight = 5.0

	small, normal, big = 8.0, 10.0, 18.0 // pt
	font               = "Helvetica"
	// padding is what a cell leaves free at both sides together, in mm.
	padding = 2.0
)

// Document is a PDF under way.
type Document struct {
	*fpdf.Fpdf
	// text brings text into the code page of the fonts; what they lack becomes a point.
	text func(string) string
}

// New begins a document with a time, which the file has too. At the foot of each page stands a note, and its number.
func New(title, note string, at time.Time) Document {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(at)
	f.SetModificationDate(at)
	f.SetTitle(title, true)
	f.SetLang("en")
	f.SetMargins(Margin, Margin, Margin)
	f.SetAutoPageBreak(true, 2*Margin)
	d := Document{f, f.UnicodeTranslatorFromDescriptor("")}
	d.AliasNbPages("")
	d.SetFooterFunc(func() {
		d.SetY(-2 * Margin)
		d.SetFont(font, "I", small)
		d.MultiCell(0, LineHeight, d.text(note), "", "L", false)
		d.CellFormat(0, LineHeight, fmt.Sprintf("%d / {nb}", d.PageNo()), "", 0, "R", false, 0, "")
	})
	d.AddPage()
	return d
}

// Head prints a title and lines below it, within a width in mm; 0 is that of the page.
func (d Document) Head(width float64, title string, lines ...string) {
	d.SetFont(font, "B", big)
	d.MultiCell(width, 2*LineHeight, d.text(title), "", "L", false)
	d.SetFont(font, "", normal)
	for _, line := range lines {
		d.MultiCell(width, LineHeight, d.text(line), "", "L", false)
	}
}

// Section prints the title of what follows.
func (d Document) Section(title string) {
	d.SetFont(font, "B", normal)
	d.MultiCell(0, 2*LineHeight, d.text(title), "", "L", false)
}

// Column of a table.
type Column struct {
	head  string
	width float64
	align string
}

// Left is a column of text, with a width in mm.
func Left(head string, width float64) Column { return Column{head, width, "L"} }

// Right is a column of numbers, with a width in mm.
func Right(head string, width float64) Column { return Column{head, width, "R"} }

// Table prints the lines that fill gives it. The heads are repeated on each page, and what does not fit a cell is cut.
func (d Document) Table(columns []Column, fill func(line func(cells ...string))) {
	row := func(style string, cells []string) {
		d.SetFont(font, style, small)
		for i, cell := range cells {
			d.CellFormat(columns[i].width, LineHeight, d.fit(cell, columns[i].width-padding), "B", 0, columns[i].align, false, 0, "")
		}
		d.Ln(LineHeight)
	}
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.head
	}
	row("B", heads)
	_, height := d.GetPageSize()
	fill(func(cells ...string) {
		if d.GetY()+LineHeight > height-2*Margin {
			d.AddPage()
			row("B", heads)
		}
		row("", cells)
	})
	d.Ln(LineHeight)
}

// fit cuts text to a width.
func (d Document) fit(text string, width float64) string {
	shown := d.text(text)
	for runes := []rune(text); d.GetStringWidth(shown) > width && len(runes) > 0; {
		runes = runes[:len(runes)-1]
		shown = d.text(string(runes) + "…")
	}
	return shown
}

// Finish writes the document.
func (d Document) Finish(w io.Writer) error {
	if err := d.Output(w); err != nil {
		return fmt.Errorf("pdfpage: %w", err)
	}
	return nil
}
