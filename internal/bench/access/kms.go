package access

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

const maxWrapped = 1 << 10

// kms is an envelope as key management services offer it: whoever may call gets a key unwrapped, by one key in one place, and
// decrypts with it.
type kms struct {
	server *httptest.Server
	client *http.Client

	wrapped, ciphertext []byte
}

func newKMS() (*kms, error) {
	master, err := newGCM(randomBytes(32))
	if err != nil {
		return nil, err
	}
	data := randomBytes(32)
	inner, err := newGCM(data)
	if err != nil {
		return nil, err
	}
	k := &kms{wrapped: master.Seal(nil, nil, data, nil), ciphertext: inner.Seal(nil, nil, []byte("the left sill was welded"), nil)} //nolint:gosec // the ciphers make their nonces themselves
	own, err := certificate()
	if err != nil {
		return nil, err
	}
	k.server = serve(own, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wrapped, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWrapped))
		if err != nil {
			return
		}
		key, err := master.Open(nil, nil, wrapped, nil)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write(key)
	}))
	k.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}, //nolint:gosec // the benchmark's own server
		ForceAttemptHTTP2: true,
	}}
	return k, nil
}

// read has the key unwrapped and decrypts.
func (k *kms) read(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.server.URL, bytes.NewReader(k.wrapped))
	if err != nil {
		return err
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return err
	}
	key, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	inner, err := newGCM(key)
	if err != nil {
		return err
	}
	_, err = inner.Open(nil, nil, k.ciphertext, nil)
	return err
}

func (k *kms) close() {
	k.client.CloseIdleConnections()
	k.server.Close()
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it does not fail
	return b
}
