package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

const product = "passport-report"

// inDays is a day from today, as requests have it.
func inDays(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

// database is connected to the service's own schema.
func (f *fixture) database(t *testing.T) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), f.DatabaseURL)
	must(t, err)
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	_, err = db.Exec(t.Context(), "SET search_path = settlement")
	must(t, err)
	return db
}

func TestPricesAreSetForDaysToCome(t *testing.T) {
	f := start(t)
	operator := settlementv1.NewPriceServiceClient(f.Dial(f.insurer, "operator"))
	req := &settlementv1.SetPriceRequest{RequestId: uuid.NewString(), Product: product, Amount: "3.1", EffectiveDate: inDays(2)}
	set, err := operator.SetPrice(t.Context(), req)
	must(t, err)
	again, err := operator.SetPrice(t.Context(), req)
	must(t, err)
	if !proto.Equal(set, again) || set.GetPrice().GetVersion() != 2 || set.GetPrice().GetAmount() != "3.1000" || set.GetPrice().GetEffectiveDate() != inDays(2) {
		t.Errorf("set %v, then %v", set, again)
	}
	for what, c := range map[string]struct {
		change func(*settlementv1.SetPriceRequest)
		reason string
	}{
		"other content": {func(r *settlementv1.SetPriceRequest) { r.Amount = "3.2" }, "REQUEST_ID_REUSED"},
		"today":         {func(r *settlementv1.SetPriceRequest) { r.RequestId, r.EffectiveDate = uuid.NewString(), inDays(0) }, "EFFECTIVE_DATE_PAST"},
		"new, yesterday": {func(r *settlementv1.SetPriceRequest) {
			r.RequestId, r.Product, r.EffectiveDate = uuid.NewString(), "gift", inDays(-1)
		}, "EFFECTIVE_DATE_PAST"},
		"nothing":         {func(r *settlementv1.SetPriceRequest) { r.RequestId, r.Amount = uuid.NewString(), "0" }, "AMOUNT_INVALID"},
		"no calendar day": {func(r *settlementv1.SetPriceRequest) { r.RequestId, r.EffectiveDate = uuid.NewString(), "2027-02-30" }, "INVALID_FIELD"},
	} {
		changed := proto.CloneOf(req)
		c.change(changed)
		_, err := operator.SetPrice(t.Context(), changed)
		wantReason(t, what, err, c.reason)
	}
	garage := settlementv1.NewPriceServiceClient(f.Dial(f.garage, "admin"))
	page := &settlementv1.ListPriceVersionsRequest{Parent: "prices/" + product, PageSize: 1}
	var versions []int32
	for range 2 {
		resp, err := garage.ListPriceVersions(t.Context(), page)
		must(t, err)
		for _, p := range resp.GetPrices() {
			versions = append(versions, p.GetVersion())
		}
		page.PageToken = resp.GetNextPageToken()
	}
	if len(versions) != 2 || versions[0] != 2 || versions[1] != 1 || page.GetPageToken() != "" {
		t.Errorf("versions %v, next page %q", versions, page.GetPageToken())
	}
	_, err = garage.ListPriceVersions(t.Context(), &settlementv1.ListPriceVersionsRequest{Parent: "prices/gift"})
	wantReason(t, "no product", err, "PRODUCT_UNKNOWN")
}

// TestAQuoteIsPaidWhateverTheListSays has the price of a product that is new today go up after a member was promised it.
func TestAQuoteIsPaidWhateverTheListSays(t *testing.T) {
	f := start(t)
	f.fund(t, f.insurer, "10")
	operator := settlementv1.NewPriceServiceClient(f.Dial(f.insurer, "operator"))
	insurer := settlementv1.NewPriceServiceClient(f.Dial(f.insurer, "admin"))
	_, err := operator.SetPrice(t.Context(), &settlementv1.SetPriceRequest{RequestId: uuid.NewString(), Product: "gift", Amount: "1", EffectiveDate: inDays(0)})
	must(t, err)
	req := &settlementv1.QuoteReadRequest{RequestId: uuid.NewString(), Product: "gift"}
	quoted, err := insurer.QuoteRead(t.Context(), req)
	must(t, err)
	q := quoted.GetQuote()
	if q.GetAmount() != "1.0000" || q.GetPriceVersion() != 1 || q.GetExpireTime().AsTime().Sub(q.GetCreateTime().AsTime()) != 24*time.Hour {
		t.Errorf("quote %v", q)
	}
	db := f.database(t)
	_, err = db.Exec(t.Context(), `INSERT INTO price (product, version, effective_date, amount) VALUES ('gift', 2, current_date, 20000)`)
	must(t, err)
	again, err := insurer.QuoteRead(t.Context(), req)
	must(t, err)
	if !proto.Equal(quoted, again) {
		t.Errorf("quoted %v, then %v", quoted, again)
	}
	_, err = insurer.QuoteRead(t.Context(), &settlementv1.QuoteReadRequest{RequestId: req.GetRequestId(), Product: product})
	wantReason(t, "other product", err, "REQUEST_ID_REUSED")

	hold := f.holdRequest(f.insurer)
	hold.Product = "gift"
	dear, err := f.registry.HoldRead(t.Context(), hold)
	must(t, err)
	hold.RequestId, hold.Quote = uuid.NewString(), q.GetName()
	promised, err := f.registry.HoldRead(t.Context(), hold)
	must(t, err)
	if dear.GetRead().GetPrice() != "2.0000" || promised.GetRead().GetPrice() != "1.0000" {
		t.Errorf("held %v and %v", dear, promised)
	}
	f.fund(t, f.garage, "10")
	for what, change := range map[string]func(*settlementv1.HoldReadRequest){
		"another's quote": func(r *settlementv1.HoldReadRequest) { r.Payer = f.garage.Name() },
		"other product":   func(r *settlementv1.HoldReadRequest) { r.Product = product },
		"no quote":        func(r *settlementv1.HoldReadRequest) { r.Quote = "quotes/" + uuid.NewString() },
	} {
		changed := proto.CloneOf(hold)
		changed.RequestId = uuid.NewString()
		change(changed)
		_, err := f.registry.HoldRead(t.Context(), changed)
		wantReason(t, what, err, "QUOTE_NOT_FOUND")
	}
}
