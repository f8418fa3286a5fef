package history

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func elements(t *testing.T, document string, e envelope) (found []string, err error) {
	t.Helper()
	items := newJSONItems(strings.NewReader(document), e)
	defer items.stop()
	for {
		i, err := items.next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return found, err
		}
		found = append(found, fmt.Sprintf("%d %s%s", i.line, i.list, i.data))
	}
}

func TestJSONItems(t *testing.T) {
	e := envelope{inside: []string{"body"}, lists: []string{"list"}}
	for name, c := range map[string]struct {
		document string
		want     []string
	}{
		"nothing":          {"", nil},
		"an array":         {"[\n1,\n\n {\"a\":\n2} ]", []string{"2 1", "4 {\"a\":\n2}"}},
		"a list":           {"{\"x\":[1,2],\n\"list\":[\n{},\n[]],\"y\":{}}", []string{"3 list{}", "4 list[]"}},
		"a list inside":    {"{\"body\":{\"list\":[1],\n\"z\":0}}", []string{"1 list1"}},
		"one in a list":    {"{\n\"list\":\n{\"a\":1}}", []string{"3 list{\"a\":1}"}},
		"none in a list":   {"{\"list\":[]}", nil},
		"itself":           {"\n{\"b\":{\"list\":[1]},\n\"a\":2}", []string{`2 {"a":2,"b":{"list":[1]}}`}},
		"several":          {"{\"a\":1}\n{\"list\":[2]}\n[3]\n", []string{`1 {"a":1}`, "2 list2", "3 3"}},
		"a bare value":     {"\n7", []string{"2 null"}},
		"a list of no use": {"{\"list\":7}", []string{"1 listnull"}},
	} {
		got, err := elements(t, c.document, e)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, items (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestJSONItemsRefuse(t *testing.T) {
	e := envelope{inside: []string{"body"}, lists: []string{"list"}}
	for name, document := range map[string]string{
		"a cut array":        "[1,\n2",
		"a cut object":       `{"list":[1],`,
		"a cut envelope":     `{"body":{"list":[1]`,
		"no JSON":            "[1,}",
		"too deep":           strings.Repeat(`{"body":`, 20),
		"a long element":     `[1,"` + strings.Repeat("x", 3*MaxLineBytes) + `"]`,
		"a long object":      `{"a":"` + strings.Repeat("x", MaxLineBytes/2) + `","b":"` + strings.Repeat("x", MaxLineBytes/2) + `"}`,
		"blanks without end": "[1," + strings.Repeat(" ", 3*MaxLineBytes),
	} {
		if got, err := elements(t, document, e); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: error %v after %d items", name, err, len(got))
		}
	}
}

// TestJSONItemsKeepNothing reads a document far larger than the memory it may take.
func TestJSONItemsKeepNothing(t *testing.T) {
	const elements, most = 40_000, 8 << 20
	reader, writer := io.Pipe()
	go func() {
		element := `{"a":"` + strings.Repeat("x", 1000) + "\"},\n"
		_, err := io.WriteString(writer, `{"list":[`)
		for range elements {
			_, err = io.WriteString(writer, element)
		}
		if err == nil {
			_, err = io.WriteString(writer, `{}]}`)
		}
		writer.CloseWithError(err)
	}()
	items := newJSONItems(reader, envelope{lists: []string{"list"}})
	defer items.stop()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for i, err := items.next(); !errors.Is(err, io.EOF); i, err = items.next() {
		if n++; err != nil || n <= elements && i.line != n {
			t.Fatalf("element %d: line %d, error %v", n, i.line, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n != elements+1 || int64(after.HeapAlloc)-int64(before.HeapAlloc) > most {
		t.Errorf("%d elements; the heap grew from %d to %d bytes", n, before.HeapAlloc, after.HeapAlloc)
	}
}
