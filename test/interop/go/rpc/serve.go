package main

import (
	"fmt"
	"net"
	"net/http"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"time"
)

func serve(protocol, network, address string) {
	listener, err := net.Listen(network, address)
	if err != nil {
		fail(err)
	}
	if len(os.Args) > 5 {
		delay, err := time.ParseDuration(os.Args[5])
		if err != nil {
			fail(err)
		}
		listener = slowListener{listener, delay}
	}
	server := rpc.NewServer()
	for _, service := range []any{Interop{}, Desk{}} {
		if err := server.Register(service); err != nil {
			fail(err)
		}
	}
	classic := newClassicServer(Interop{}, Desk{})
	fmt.Println(listener.Addr().String())
	switch protocol {
	case "net/rpc":
		accept(listener, func(conn net.Conn) { server.ServeConn(conn) })
	case "jsonrpc":
		accept(listener, func(conn net.Conn) { server.ServeCodec(jsonrpc.NewServerCodec(conn)) })
	case "connect":
		serveHTTP(listener, server)
	case "echo":
		accept(listener, func(conn net.Conn) { classic.serve(conn, true) })
	case "silent":
		accept(listener, func(conn net.Conn) { classic.serve(conn, false) })
	case "echo-connect":
		serveHTTP(listener, tunnel{"/_goprc_", "200 Connected to Go RPC", func(conn net.Conn) { classic.serve(conn, true) }})
	case "silent-connect":
		serveHTTP(listener, tunnel{"/_geeprc_", "200 Connected to Gee RPC", func(conn net.Conn) { classic.serve(conn, false) }})
	default:
		fail(fmt.Errorf("unknown protocol %s", protocol))
	}
}

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(conn)
	}
}

// A listener that is slow to accept.
type slowListener struct {
	net.Listener
	delay time.Duration
}

func (l slowListener) Accept() (net.Conn, error) {
	time.Sleep(l.delay)
	return l.Listener.Accept()
}

func serveHTTP(listener net.Listener, handler http.Handler) {
	mux := http.NewServeMux()
	switch handler := handler.(type) {
	case *rpc.Server:
		mux.Handle(rpc.DefaultRPCPath, handler)
	case tunnel:
		mux.Handle(handler.path, handler)
	}
	fail(http.Serve(listener, mux))
}

// The classic frameworks' way through HTTP, as they have it from net/rpc.
type tunnel struct {
	path, status string
	serve        func(net.Conn)
}

func (t tunnel) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodConnect {
		http.Error(w, "405 must CONNECT", http.StatusMethodNotAllowed)
		return
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	fmt.Fprintf(conn, "HTTP/1.0 %s\n\n", t.status)
	t.serve(conn)
}
