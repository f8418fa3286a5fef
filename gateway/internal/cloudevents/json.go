package cloudevents

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// FromJSON reads one event in the JSON event format. Its error is ErrMalformed, when there is no JSON object to read.
func FromJSON(body []byte) (*Batch, error) {
	if !isJSON(body, '{') {
		return nil, ErrMalformed
	}
	b := &Batch{}
	b.addJSON(body)
	return b, nil
}

// FromJSONBatch reads events in the JSON batch format, an array that may be empty. Errors: ErrMalformed, ErrTooMany.
func FromJSONBatch(body []byte) (*Batch, error) {
	if !isJSON(body, '[') {
		return nil, ErrMalformed
	}
	b, elements := &Batch{}, json.NewDecoder(bytes.NewReader(body))
	if _, err := elements.Token(); err != nil {
		return nil, ErrMalformed
	}
	for elements.More() {
		if b.Len() == MaxEvents {
			return nil, ErrTooMany
		}
		var element json.RawMessage
		if err := elements.Decode(&element); err != nil {
			return nil, ErrMalformed
		}
		b.addJSON(element)
	}
	return b, nil
}

func (b *Batch) addJSON(text []byte) {
	e := envelope{}
	if fault := e.read(text); fault != nil {
		b.Refuse(e.rejection(fault))
		return
	}
	ce, fault := e.cloudEvent()
	if fault != nil {
		b.Refuse(e.rejection(fault))
		return
	}
	b.Add(ce)
}

// isJSON reports whether text is one JSON document in UTF-8 that begins as told. encoding/json would read text that is no
// UTF-8 as something else than was sent.
func isJSON(text []byte, begin byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && text[0] == begin && utf8.Valid(text) && json.Valid(text)
}

// eachMember calls f with the members of a JSON object in their order, until it returns a fault. encoding/json by itself
// would keep the last of those with the same name.
func eachMember(object []byte, f func(name string, value []byte) *fault) *fault {
	seen, members := map[string]bool{}, json.NewDecoder(bytes.NewReader(object))
	if begin, err := members.Token(); err != nil || begin != json.Delim('{') {
		return &fault{detail: "not a JSON object"}
	}
	for members.More() {
		token, err := members.Token()
		name, isName := token.(string)
		var value json.RawMessage
		if err != nil || !isName || members.Decode(&value) != nil {
			return &fault{detail: "not JSON"}
		}
		if seen[name] {
			return &fault{field: showable(name), detail: "it stands there twice"}
		}
		seen[name] = true
		if fault := f(name, value); fault != nil {
			return fault
		}
	}
	return nil
}
