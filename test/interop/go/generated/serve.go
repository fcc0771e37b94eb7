package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/rpc"
	"net/rpc/jsonrpc"
	"time"

	"gorpc.test/generated/api"
)

func serve(protocol string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	server := rpc.NewServer()
	if err := api.RegisterInterop(server, handlers{}); err != nil {
		fail(err)
	}
	if err := api.RegisterFrontDesk(server, desk{}); err != nil {
		fail(err)
	}
	fmt.Println(listener.Addr().String())
	if protocol == "connect" {
		fail(http.Serve(listener, server))
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		if protocol == "jsonrpc" {
			go server.ServeCodec(jsonrpc.NewServerCodec(conn))
		} else {
			go server.ServeConn(conn)
		}
	}
}

type handlers struct{}

func (handlers) Negate(request int) (int, error) { return -request, nil }

func (handlers) Sum(request api.Operands) (int, error) { return request.Left + request.Right, nil }

func (handlers) Echo(request api.Nested) (api.Nested, error) { return request, nil }

func (handlers) Reverse(request []int64) ([]int64, error) {
	var reversed []int64
	for i := len(request) - 1; i >= 0; i-- {
		reversed = append(reversed, request[i])
	}
	return reversed, nil
}

func (handlers) Double(request map[string]int) (map[string]int, error) {
	if len(request) == 0 {
		return nil, nil
	}
	doubled := map[string]int{}
	for key, value := range request {
		doubled[key] = 2 * value
	}
	return doubled, nil
}

func (handlers) Flip(request []byte) ([]byte, error) {
	flipped := make([]byte, len(request))
	for i, b := range request {
		flipped[i] = ^b
	}
	return flipped, nil
}

func (handlers) Tomorrow(request time.Time) (time.Time, error) { return request.AddDate(0, 0, 1), nil }

func (handlers) Divide(request api.Operands) (int, error) {
	if request.Right == 0 {
		return 0, &api.DivideByZero{Dividend: request.Left}
	}
	return request.Left / request.Right, nil
}

func (handlers) Wait(request time.Duration) (string, error) {
	time.Sleep(request)
	return "done", nil
}

func (h handlers) Brief(request time.Duration) (string, error) { return h.Wait(request) }

func (handlers) Ping() error { return nil }

func (handlers) Fail(request string) (int, error) { return 0, errors.New(request) }

// Secret has the form of a method of net/rpc, and is none of the service's: nobody may call it.
func (handlers) Secret(_ int, _ *int) error { return nil }

type desk struct{}

func (desk) Hello(request string) (string, error) { return "hello " + request, nil }
