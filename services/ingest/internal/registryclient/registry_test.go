package registryclient

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"google.golang.org/grpc"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// directory answers as the registry's directory.
type directory struct {
	registryv1.MemberServiceClient
	pages []*registryv1.ListMembersResponse
	err   error
	asked int
}

// ListMembers implements the client.
func (d *directory) ListMembers(_ context.Context, req *registryv1.ListMembersRequest, _ ...grpc.CallOption) (*registryv1.ListMembersResponse, error) {
	d.asked++
	if d.err != nil {
		return nil, d.err
	}
	if req.GetPageToken() == "" {
		return d.pages[0], nil
	}
	return d.pages[1], nil
}

func page(name string, class registryv1.MemberClass, next string) *registryv1.ListMembersResponse {
	return &registryv1.ListMembersResponse{Members: []*registryv1.Member{{Name: name, MemberClass: class}}, NextPageToken: next}
}

func TestClassesAreReadOnceAndOutliveTheDirectory(t *testing.T) {
	d := &directory{err: errors.New("down")}
	r := newRegistry(nil, d, slog.New(slog.DiscardHandler))
	if _, err := r.MemberClass(t.Context(), "oem"); !errors.Is(err, ingest.ErrMembersUnavailable) {
		t.Fatalf("before the first answer: %v", err)
	}
	d.err = nil
	d.pages = []*registryv1.ListMembersResponse{
		page("members/oem", registryv1.MemberClass_MEMBER_CLASS_MAKER, "2"),
		page("members/tuv", registryv1.MemberClass_MEMBER_CLASS_INSPECTION_CENTRE, ""),
	}
	for member, want := range map[string]ingest.Class{"oem": ingest.ClassMaker, "tuv": ingest.ClassInspectionCentre} {
		if class, err := r.MemberClass(t.Context(), member); err != nil || class != want {
			t.Errorf("%s is of class %q, %v", member, class, err)
		}
	}
	if d.asked != 3 {
		t.Errorf("the directory was asked %d times for two pages and one failure", d.asked)
	}
	d.err = errors.New("down")
	if class, err := r.MemberClass(t.Context(), "oem"); err != nil || class != ingest.ClassMaker {
		t.Errorf("while the directory is down: %q, %v", class, err)
	}
	if _, err := r.MemberClass(t.Context(), "nobody"); !errors.Is(err, ingest.ErrMembersUnavailable) {
		t.Errorf("a member that is in no directory: %v", err)
	}
}
