package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"sync"
	"time"
)

// A caller is a client of any of the protocols.
type caller interface {
	Call(method string, args, reply any) error
	Close() error
}

func dial(protocol, network, address string) (caller, error) {
	if protocol == "connect" && !overTLS {
		return orNil(rpc.DialHTTP(network, address))
	}
	conn, err := dialConn(network, address)
	if err != nil {
		return nil, err
	}
	switch protocol {
	case "net/rpc":
		return rpc.NewClient(conn), nil
	case "jsonrpc":
		return jsonrpc.NewClient(conn), nil
	case "connect":
		err = connectThrough(conn, rpc.DefaultRPCPath, "200 Connected to Go RPC")
	case "echo-connect":
		err = connectThrough(conn, "/_goprc_", "200 Connected to Go RPC")
	case "silent-connect":
		err = connectThrough(conn, "/_geeprc_", "200 Connected to Gee RPC")
	}
	if err != nil {
		return nil, err
	}
	if protocol == "connect" {
		return rpc.NewClient(conn), nil
	}
	client, err := newClassicClient(conn, protocol == "echo" || protocol == "echo-connect")
	if err == nil && servedByGo {
		// A call that comes in the same read as the Option is lost by a server in Go: this dialect has only luck against that.
		time.Sleep(50 * time.Millisecond)
	}
	return client, err
}

// Whether to call over TLS, whoever the server is.
var overTLS = os.Getenv("TLS") != ""

func dialConn(network, address string) (net.Conn, error) {
	if overTLS {
		return tls.Dial(network, address, &tls.Config{InsecureSkipVerify: true})
	}
	return net.Dial(network, address)
}

// A nil *rpc.Client must not become a caller that is not nil.
func orNil(client *rpc.Client, err error) (caller, error) {
	if err != nil {
		return nil, err
	}
	return client, nil
}

func connectThrough(conn net.Conn, path, status string) error {
	io.WriteString(conn, "CONNECT "+path+" HTTP/1.0\n\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: "CONNECT"})
	if err != nil {
		return err
	}
	if response.Status != status {
		return errors.New("unexpected HTTP response: " + response.Status)
	}
	return nil
}

// A client as the classic frameworks have it: one dialect waits for the echo of its Option, the other takes it for an answer.
type classicClient struct {
	codec   *codec
	sending sync.Mutex
	mutex   sync.Mutex
	seq     uint64
	pending map[uint64]*classicCall
	lost    error
}

type classicCall struct {
	reply any
	done  chan error
}

func newClassicClient(conn net.Conn, echo bool) (*classicClient, error) {
	option := Option{magicNumber, "application/gob", 10 * time.Second, handleTimeout()}
	if err := json.NewEncoder(conn).Encode(option); err != nil {
		return nil, err
	}
	if echo {
		if err := json.NewDecoder(conn).Decode(&option); err != nil {
			return nil, fmt.Errorf("reading the echo: %w", err)
		}
	}
	client := &classicClient{codec: newCodec(conn), pending: map[uint64]*classicCall{}}
	go client.receive()
	return client, nil
}

// What the Option says; the tests set it.
func handleTimeout() time.Duration {
	timeout, _ := time.ParseDuration(os.Getenv("HANDLE_TIMEOUT"))
	return timeout
}

func (c *classicClient) Close() error { return c.codec.conn.Close() }

func (c *classicClient) Call(method string, args, reply any) error {
	call := &classicCall{reply, make(chan error, 1)}
	c.mutex.Lock()
	if c.lost != nil {
		c.mutex.Unlock()
		return c.lost
	}
	c.seq++
	seq := c.seq
	c.pending[seq] = call
	c.mutex.Unlock()
	c.sending.Lock()
	err := c.codec.write(&Header{ServiceMethod: method, Seq: seq}, args)
	c.sending.Unlock()
	if err != nil {
		return err
	}
	return <-call.done
}

func (c *classicClient) receive() {
	var err error
	for err == nil {
		var header Header
		if err = c.codec.dec.Decode(&header); err != nil {
			break
		}
		c.mutex.Lock()
		call := c.pending[header.Seq]
		delete(c.pending, header.Seq)
		c.mutex.Unlock()
		switch {
		case call == nil:
			err = c.codec.dec.Decode(nil)
		case header.Error != "":
			err = c.codec.dec.Decode(nil)
			call.done <- errors.New(header.Error)
		default:
			bad := c.codec.dec.Decode(call.reply)
			call.done <- bad
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.lost = errors.New("connection is shut down")
	for seq, call := range c.pending {
		delete(c.pending, seq)
		call.done <- fmt.Errorf("connection lost: %w", err)
	}
}
