package natsaccounts

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"sync"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// System and Platform name the accounts of the server's administration and of the platform's services.
const (
	System   = "system"
	Platform = "platform"
)

// Limits bound what one account may use. A zero bounds at zero: it forbids.
type Limits struct {
	Connections   int64
	Subscriptions int64
	// PayloadBytes bounds a message.
	PayloadBytes int64
	// DiskBytes and MemoryBytes bound the account's streams together.
	DiskBytes, MemoryBytes int64
	Streams, Consumers     int64
}

// PlatformLimits fit the services of one installation.
func PlatformLimits() Limits {
	return Limits{
		Connections: 256, Subscriptions: 16384, PayloadBytes: 1 << 20,
		DiskBytes: 6 << 30, MemoryBytes: 128 << 20, Streams: 64, Consumers: 256,
	}
}

// MemberLimits fit one member organisation with its cars. The broker keeps the sessions of MQTT clients in streams of its
// own, which count among the member's.
func MemberLimits() Limits {
	return Limits{
		Connections: 2048, Subscriptions: 8192, PayloadBytes: 256 << 10,
		DiskBytes: 128 << 20, MemoryBytes: 0, Streams: 16, Consumers: 64,
	}
}

// Account is an account as the server knows it.
type Account struct {
	Name string
	// ID is the account's public key.
	ID string
	// JWT is its token, signed by the operator.
	JWT string
}

// Authority issues accounts and users from the keys in its folder. Its methods may be called concurrently, and several
// processes may use one folder: keys are made once; of two tokens issued at once for an account the last one stays.
type Authority struct {
	dir      string
	operator nkeys.KeyPair

	mu          sync.Mutex // serialises the creation of files
	operatorJWT string
}

// Open reads the operator's keys, and creates them in an empty folder.
func Open(dir string) (*Authority, error) {
	operator, err := keyPair(filepath.Join(dir, "operator.seed"), nkeys.CreateOperator)
	if err != nil {
		return nil, fmt.Errorf("nats operator: %w", err)
	}
	a := &Authority{dir: dir, operator: operator}
	system, err := a.accountKey(System)
	if err != nil {
		return nil, err
	}
	systemID, err := system.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("nats system account: %w", err)
	}
	if a.operatorJWT, err = a.issueOperator(systemID); err != nil {
		return nil, fmt.Errorf("nats operator: %w", err)
	}
	return a, nil
}

// OperatorJWT is the operator's token, which the server is told to trust. It is public.
func (a *Authority) OperatorJWT() string { return a.operatorJWT }

func (a *Authority) issueOperator(systemID string) (string, error) {
	id, err := a.operator.PublicKey()
	if err != nil {
		return "", fmt.Errorf("public key: %w", err)
	}
	claims := jwt.NewOperatorClaims(id)
	claims.Name = "pcc"
	claims.SystemAccount = systemID
	return keepToken(filepath.Join(a.dir, "operator.jwt"), claims, a.operator, jwt.DecodeOperatorClaims,
		func(old *jwt.OperatorClaims) bool { return reflect.DeepEqual(old.Operator, claims.Operator) })
}

// SystemAccount returns the account for administering the server.
func (a *Authority) SystemAccount() (Account, error) {
	return a.account(System, func(c *jwt.AccountClaims) {})
}

// Account returns the named account with the limits, creating it or reissuing its token as needed. A reissued token
// takes effect on a running server by Push.
func (a *Authority) Account(name string, limits Limits) (Account, error) {
	if name == System {
		return Account{}, fmt.Errorf("account name %q is reserved", name)
	}
	return a.account(name, func(c *jwt.AccountClaims) {
		c.Limits.Conn, c.Limits.LeafNodeConn = limits.Connections, 0
		c.Limits.Subs, c.Limits.Payload = limits.Subscriptions, limits.PayloadBytes
		c.Limits.Imports, c.Limits.Exports, c.Limits.WildcardExports = 0, 0, false
		c.Limits.JetStreamLimits = jwt.JetStreamLimits{
			DiskStorage: limits.DiskBytes, MemoryStorage: limits.MemoryBytes,
			Streams: limits.Streams, Consumer: limits.Consumers,
			MaxAckPending: jwt.NoLimit,
		}
	})
}

func (a *Authority) account(name string, shape func(*jwt.AccountClaims)) (Account, error) {
	key, err := a.accountKey(name)
	if err != nil {
		return Account{}, err
	}
	id, err := key.PublicKey()
	if err != nil {
		return Account{}, fmt.Errorf("nats account %s: %w", name, err)
	}
	claims := jwt.NewAccountClaims(id)
	claims.Name = name
	claims.Limits.JetStreamTieredLimits = nil // as a decoded token has it, so that the two compare
	shape(claims)
	a.mu.Lock()
	defer a.mu.Unlock()
	path := a.accountToken(name)
	if old, err := readToken(path, jwt.DecodeAccountClaims); err == nil {
		claims.Revocations = old.Revocations // a change of limits lets nobody in again
	}
	token, err := keepToken(path, claims, a.operator, jwt.DecodeAccountClaims,
		func(old *jwt.AccountClaims) bool {
			return old.Name == name && reflect.DeepEqual(old.Limits, claims.Limits)
		})
	if err != nil {
		return Account{}, fmt.Errorf("nats account %s: %w", name, err)
	}
	return Account{Name: name, ID: id, JWT: token}, nil
}

func (a *Authority) accountKey(name string) (nkeys.KeyPair, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key, err := keyPair(filepath.Join(a.accountDir(name), "account.seed"), nkeys.CreateAccount)
	if err != nil {
		return nil, fmt.Errorf("nats account %s: %w", name, err)
	}
	return key, nil
}

// accountToken is where an account's token is kept.
func (a *Authority) accountToken(name string) string {
	return filepath.Join(a.accountDir(name), "account.jwt")
}

func (a *Authority) accountDir(name string) string { return filepath.Join(a.dir, "accounts", name) }

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func checkName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("name %q: want %s", name, namePattern)
	}
	return nil
}
