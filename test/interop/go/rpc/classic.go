package main

import (
	"bufio"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"sync"
	"time"
)

const magicNumber = 3927900

// Option is what a classic connection begins with.
type Option struct {
	MagicNumber    int
	CodecType      string
	ConnectTimeout time.Duration
	HandleTimeout  time.Duration
}

// Header stands before each body.
type Header struct {
	ServiceMethod string
	Seq           uint64
	Error         string
}

type codec struct {
	conn io.ReadWriteCloser
	buf  *bufio.Writer
	dec  *gob.Decoder
	enc  *gob.Encoder
}

func newCodec(conn io.ReadWriteCloser) *codec {
	buf := bufio.NewWriter(conn)
	return &codec{conn, buf, gob.NewDecoder(conn), gob.NewEncoder(buf)}
}

func (c *codec) write(header *Header, body any) error {
	if err := c.enc.Encode(header); err != nil {
		return err
	}
	if err := c.enc.Encode(body); err != nil {
		return err
	}
	return c.buf.Flush()
}

// A server as the classic frameworks have it, with their faults: it loses what came in the same read as the Option, leaves the
// request of an unknown method unread, and answers a call that took too long a second time.
type classicServer struct {
	services map[string]reflect.Value
}

func newClassicServer(services ...any) *classicServer {
	s := &classicServer{map[string]reflect.Value{}}
	for _, service := range services {
		s.services[reflect.TypeOf(service).Name()] = reflect.ValueOf(service)
	}
	return s
}

func (s *classicServer) serve(conn net.Conn, echo bool) {
	defer conn.Close()
	var option Option
	if err := json.NewDecoder(conn).Decode(&option); err != nil {
		return
	}
	if option.MagicNumber != magicNumber || option.CodecType != "application/gob" {
		return
	}
	if echo {
		if err := json.NewEncoder(conn).Encode(option); err != nil {
			return
		}
	}
	s.serveCodec(newCodec(conn), option.HandleTimeout)
}

func (s *classicServer) serveCodec(c *codec, timeout time.Duration) {
	var sending sync.Mutex
	var working sync.WaitGroup
	send := func(header Header, body any) {
		sending.Lock()
		defer sending.Unlock()
		_ = c.write(&header, body)
	}
	for {
		var header Header
		if err := c.dec.Decode(&header); err != nil {
			break
		}
		method, err := s.find(header.ServiceMethod)
		if err != nil {
			header.Error = err.Error()
			send(header, struct{}{})
			continue
		}
		args := reflect.New(method.Type().In(0))
		if err := c.dec.Decode(args.Interface()); err != nil {
			header.Error = err.Error()
			send(header, struct{}{})
			continue
		}
		working.Add(1)
		go func() {
			defer working.Done()
			run(method, args.Elem(), header, timeout, send)
		}()
	}
	working.Wait()
}

func (s *classicServer) find(name string) (reflect.Value, error) {
	service, method, ok := strings.Cut(name, ".")
	if !ok {
		return reflect.Value{}, fmt.Errorf("rpc server: service/method request ill-formed: %s", name)
	}
	found, ok := s.services[service]
	if !ok {
		return reflect.Value{}, fmt.Errorf("rpc server: can't find service %s", service)
	}
	value := found.MethodByName(method)
	if !value.IsValid() {
		return reflect.Value{}, fmt.Errorf("rpc server: can't find method %s", method)
	}
	return value, nil
}

func run(method, args reflect.Value, header Header, timeout time.Duration, send func(Header, any)) {
	called := make(chan struct{})
	go func() {
		reply := reflect.New(method.Type().In(1).Elem())
		result := method.Call([]reflect.Value{args, reply})[0].Interface()
		if err, failed := result.(error); failed {
			header := header
			header.Error = err.Error()
			send(header, struct{}{})
		} else {
			send(header, reply.Elem().Interface())
		}
		close(called)
	}()
	if timeout == 0 {
		<-called
		return
	}
	select {
	case <-time.After(timeout):
		header.Error = fmt.Sprintf("rpc server: request handle timeout: expect within %s", timeout)
		send(header, struct{}{})
		<-called
	case <-called:
	}
}
