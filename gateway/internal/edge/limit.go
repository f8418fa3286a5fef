package edge

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
)

// maxTracked bounds the principals whose rates are held in memory.
const maxTracked = 10_000

// RateLimit is what one principal may ask for.
type RateLimit struct {
	// PerSecond is the sustained rate of requests, Burst how many may come at once.
	PerSecond float64 `yaml:"per_second"`
	Burst     int     `yaml:"burst"`
}

// Limiter limits the requests of every principal, or of every address, on its own.
type Limiter struct {
	limit RateLimit
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// NewLimiter returns a limiter.
func NewLimiter(limit RateLimit) *Limiter {
	return &Limiter{limit: limit, now: time.Now, buckets: map[string]*rate.Limiter{}}
}

// Limit refuses with RATE_LIMITED what an authenticated principal asks beyond its rate.
func (l *Limiter) Limit(next http.Handler) http.Handler {
	return l.limitBy(func(r *http.Request) string { return callOf(r.Context()).principal.Subject() }, "too many requests of this principal", next)
}

// LimitAddresses refuses with RATE_LIMITED what a client without credentials asks beyond its rate.
func (l *Limiter) LimitAddresses(next http.Handler) http.Handler {
	return l.limitBy(func(r *http.Request) string { return network(r.RemoteAddr) }, "too many requests of this address", next)
}

func (l *Limiter) limitBy(subject func(*http.Request) string, detail string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := l.take(subject(r)); wait > 0 {
			problem.Write(r.Context(), w, &problem.Error{
				Status: http.StatusTooManyRequests, Reason: "RATE_LIMITED", Detail: detail, RetryAfter: wait,
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// network is what one client has of addresses: one of IPv4, and of IPv6 the 64 bits that its provider gave it.
func network(remote string) string {
	const subnetBits = 64
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := peer.Addr().Unmap()
	if address.Is4() {
		return address.String()
	}
	return netip.PrefixFrom(address.WithZone(""), subnetBits).Masked().String()
}

// take takes one request off the principal's budget, or returns how long it has to wait.
func (l *Limiter) take(subject string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	bucket, ok := l.buckets[subject]
	if !ok {
		l.makeRoom(now)
		bucket = rate.NewLimiter(rate.Limit(l.limit.PerSecond), l.limit.Burst)
		l.buckets[subject] = bucket
	}
	reservation := bucket.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// makeRoom forgets who has its full budget, which is the same as never having been seen. Should all be busy, everybody
// starts anew: memory is the harder bound.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.buckets) < maxTracked {
		return
	}
	for subject, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.limit.Burst) {
			delete(l.buckets, subject)
		}
	}
	if len(l.buckets) >= maxTracked {
		clear(l.buckets)
	}
}
