package permissiondoc

import (
	"regexp"
	"slices"
)

var (
	class   = regexp.MustCompile(`(?m)^class (\w+) implements Namespace`)
	permit  = regexp.MustCompile(`(?ms)^ {4}(\w+): \(ctx: Context\): boolean =>(.*?),$`)
	related = regexp.MustCompile(`this\.related\.(\w+)\.includes`)
)

// Model says which relations have which permission, "<Namespace>.<permission>".
type Model map[string][]string

// ParseModel reads the permission model. It knows the one form in which permissions stand there: relations, joined by "or".
func ParseModel(text []byte) Model {
	model := Model{}
	classes := class.FindAllSubmatchIndex(text, -1)
	for i, at := range classes {
		end := len(text)
		if i+1 < len(classes) {
			end = classes[i+1][0]
		}
		for _, p := range permit.FindAllSubmatch(text[at[0]:end], -1) {
			var relations []string
			for _, r := range related.FindAllSubmatch(p[2], -1) {
				relations = append(relations, string(r[1]))
			}
			slices.Sort(relations)
			model[string(text[at[2]:at[3]])+"."+string(p[1])] = relations
		}
	}
	return model
}
