package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// args are the parameters of a call.
type args map[string]any

// message is what goes through the pipes, ended by a zero byte: a call, its answer, or an event.
type message struct {
	ID        int64           `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

var errEnded = errors.New("browser: it has ended")

// connection matches answers to calls, and events to who awaits them.
type connection struct {
	commands *os.File

	mu      sync.Mutex
	last    int64
	answers map[int64]chan message
	events  map[string]chan struct{}
	ended   chan struct{}
}

// connect starts the browser with its ends of two pipes as files 3 and 4, where it expects them.
func connect(cmd *exec.Cmd) (*connection, error) {
	in, commands, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	answers, out, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	cmd.ExtraFiles = []*os.File{in, out}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	if err := errors.Join(in.Close(), out.Close()); err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	c := &connection{
		commands: commands, answers: map[int64]chan message{}, events: map[string]chan struct{}{}, ended: make(chan struct{}),
	}
	go c.read(answers)
	return c, nil
}

// close tells the browser to end, and waits until it has closed its side.
func (c *connection) close() {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	_ = c.call(ctx, "", "Browser.close", args{}, nil) // it may end before it answers
	_ = c.commands.Close()
	select {
	case <-c.ended:
	case <-ctx.Done():
	}
}

// read ends when the browser does.
func (c *connection) read(answers io.ReadCloser) {
	defer close(c.ended)
	defer answers.Close()
	for in := bufio.NewReader(answers); ; {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			return
		}
		c.deliver(m)
	}
}

func (c *connection) deliver(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.ID != 0 {
		c.answers[m.ID] <- m
		delete(c.answers, m.ID)
		return
	}
	if awaited := c.events[m.Method+m.SessionID]; awaited != nil {
		close(awaited)
		delete(c.events, m.Method+m.SessionID)
	}
}

// await returns a function that waits for the next event of a kind.
func (c *connection) await(method, session string) func(context.Context) error {
	happened := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[method+session] = happened
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		select {
		case <-happened:
			return nil
		case <-c.ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("browser: %s: %w", method, ctx.Err())
		}
	}
}

func (c *connection) call(ctx context.Context, session, method string, parameters args, into any) error {
	answer, err := c.send(session, method, parameters)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	select {
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("browser: %s: %s", method, m.Error.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(m.Result, into)
	case <-c.ended:
		return errEnded
	case <-ctx.Done():
		return fmt.Errorf("browser: %s: %w", method, ctx.Err())
	}
}

func (c *connection) send(session, method string, parameters args) (chan message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	text, err := json.Marshal(message{ID: c.last, SessionID: session, Method: method, Params: parameters})
	if err != nil {
		return nil, fmt.Errorf("browser: %s: %w", method, err)
	}
	answer := make(chan message, 1)
	c.answers[c.last] = answer
	if _, err := c.commands.Write(append(text, 0)); err != nil {
		return nil, fmt.Errorf("browser: %s: %w", method, err)
	}
	return answer, nil
}
