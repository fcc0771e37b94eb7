package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/rpc"
	"net/rpc/jsonrpc"
	"reflect"
	"strings"
	"time"

	"gorpc.test/generated/api"
)

func call(protocol, address string) {
	connection, err := dial(protocol, address)
	if err != nil {
		fail(err)
	}
	c := clients{api.NewInteropClient(connection), api.NewFrontDeskClient(connection), connection}
	ctx := context.Background()
	for _, each := range cases {
		line := map[string]string{"case": each.name}
		if err := each.run(ctx, c); err != nil {
			line["error"] = err.Error()
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
	connection.Close()
}

func dial(protocol, address string) (*rpc.Client, error) {
	switch protocol {
	case "connect":
		return rpc.DialHTTP("tcp", address)
	case "jsonrpc":
		return jsonrpc.Dial("tcp", address)
	}
	return rpc.Dial("tcp", address)
}

type clients struct {
	interop    *api.InteropClient
	desk       *api.FrontDeskClient
	connection *rpc.Client
}

var cases = []struct {
	name string
	run  func(context.Context, clients) error
}{
	{"scalar", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Negate(ctx, 7)
		return same(answer, -7, err)
	}},
	{"struct", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Sum(ctx, api.Operands{Left: 1, Right: 2})
		return same(answer, 3, err)
	}},
	{"nested", func(ctx context.Context, c clients) error {
		sent := nested()
		answer, err := c.interop.Echo(ctx, sent)
		return same(answer, sent, err)
	}},
	{"list", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Reverse(ctx, []int64{1, -1 << 63, 1<<63 - 1})
		if err := same(answer, []int64{1<<63 - 1, -1 << 63, 1}, err); err != nil {
			return err
		}
		answer, err = c.interop.Reverse(ctx, nil)
		return same(len(answer), 0, err)
	}},
	{"map", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Double(ctx, map[string]int{"a": 1, "": -2})
		if err := same(answer, map[string]int{"a": 2, "": -4}, err); err != nil {
			return err
		}
		answer, err = c.interop.Double(ctx, nil)
		return same(len(answer), 0, err)
	}},
	{"bytes", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Flip(ctx, []byte{0, 1, 255})
		return same(answer, []byte{255, 254, 0}, err)
	}},
	{"time", func(ctx context.Context, c clients) error {
		answer, err := c.interop.Tomorrow(ctx, day)
		return same(answer.UTC(), day.AddDate(0, 0, 1), err)
	}},
	{"nothing", func(ctx context.Context, c clients) error { return c.interop.Ping(ctx) }},
	{"renamed", func(ctx context.Context, c clients) error {
		answer, err := c.desk.Hello(ctx, "you")
		return same(answer, "hello you", err)
	}},
	{"error", func(ctx context.Context, c clients) error {
		_, err := c.interop.Divide(ctx, api.Operands{Left: 1})
		if err := same(err, rpc.ServerError((&api.DivideByZero{}).Error()), nil); err != nil {
			return err
		}
		_, err = c.interop.Fail(ctx, "no luck, é")
		return same(err, rpc.ServerError("no luck, é"), nil)
	}},
	{"deadline", func(ctx context.Context, c clients) error {
		brief, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		_, err := c.interop.Wait(brief, time.Second)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "Interop.Wait: ") {
			return fmt.Errorf("it failed with %v", err)
		}
		answer, err := c.interop.Negate(ctx, 1)
		return same(answer, -1, err)
	}},
	{"schema's timeout", func(ctx context.Context, c clients) error {
		started := time.Now()
		_, err := c.interop.Brief(ctx, 20*time.Second)
		if err == nil || time.Since(started) > 10*time.Second {
			return fmt.Errorf("after %s: %v", time.Since(started), err)
		}
		return nil
	}},
	{"cancelled before", func(ctx context.Context, c clients) error {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if err := c.interop.Ping(cancelled); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("it ended with %v", err)
		}
		return nil
	}},
	{"hidden", func(_ context.Context, c clients) error {
		err := c.connection.Call("Interop.Secret", 1, new(int))
		if err == nil || !strings.Contains(err.Error(), "can't find") {
			return fmt.Errorf("it ended with %v", err)
		}
		return nil
	}},
}

func same(answer, expected any, err error) error {
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(answer, expected) {
		return fmt.Errorf("it was %#v and not %#v", answer, expected)
	}
	return nil
}

var day = time.Date(2024, 2, 28, 12, 30, 15, 123_000_000, time.UTC)

func nested() api.Nested {
	note, circle := "a note", 0.5
	child := api.Nested{
		Name:   "inner",
		Points: []api.Point{{}},
		Labels: map[string][]string{"": {""}},
		Data:   []byte{0},
		At:     time.Unix(0, 0).UTC(),
		Takes:  250 * time.Microsecond,
		Shape:  &api.Shape{Kind: api.Shape_Circle, Circle: &circle},
		Total:  1<<64 - 1,
	}
	return api.Nested{
		Name:     "outer <&> é",
		ID:       1<<62 + 1,
		Operands: api.Operands{Left: -1, Right: 1 << 52},
		Points:   []api.Point{{X: 1.5, Y: -2.25}, {}},
		Labels:   map[string][]string{"a": {"x", "y"}},
		Data:     []byte{0, 255},
		At:       day,
		Takes:    1500 * time.Millisecond,
		Note:     &note,
		Child:    &child,
		Shape:    &api.Shape{Kind: api.Shape_Corner, Corner: &api.Point{Y: 1}},
	}
}
