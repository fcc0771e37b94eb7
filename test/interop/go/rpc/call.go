package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sync"
	"time"
)

// some runs a few cases, after an idle time where one is set.
func some(protocol, network, address string) {
	client, err := dial(protocol, network, address)
	if err != nil {
		fail(err)
	}
	defer client.Close()
	if idle, err := time.ParseDuration(os.Getenv("IDLE")); err == nil {
		time.Sleep(idle)
	}
	for _, each := range cases {
		switch each.name {
		case "scalar", "struct", "nested", "error", "renamed":
			report(each.name, each.run(client))
		}
	}
	if handleTimeout() > 0 {
		text := "rpc server: request handle timeout: expect within " + handleTimeout().String()
		report("timeout", expectError(client, "Interop.Wait", time.Minute, text))
		report("after", cases[0].run(client))
	}
}

// call runs every case against a server and says of each how it went.
func call(protocol, network, address string) {
	client, err := dial(protocol, network, address)
	if err != nil {
		fail(err)
	}
	for _, each := range cases {
		report(each.name, each.run(client))
	}
	if !servedByGo {
		for _, each := range ofOurs {
			report(each.name, each.run(client))
		}
	}
	report("unknown", unknown(client, protocol, network, address))
	report("killed", killed(client))
	client.Close()
}

func report(name string, err error) {
	line := map[string]string{"case": name}
	if err != nil {
		line["error"] = err.Error()
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

type testCase struct {
	name string
	run  func(caller) error
}

var cases = []testCase{
	{"scalar", func(c caller) error { return expect(c, "Interop.Negate", 7, new(int), -7) }},
	{"struct", func(c caller) error { return expect(c, "Interop.Sum", Operands{1, 2}, new(int), 3) }},
	{"nested", func(c caller) error {
		sent := nested()
		return expect(c, "Interop.Echo", sent, new(Nested), sent)
	}},
	{"list", func(c caller) error {
		if err := expect(c, "Interop.Reverse", []int64{1, -1 << 63, 1<<63 - 1}, new([]int64), []int64{1<<63 - 1, -1 << 63, 1}); err != nil {
			return err
		}
		reply := []int64{}
		if err := c.Call("Interop.Reverse", []int64{}, &reply); err != nil || len(reply) != 0 {
			return fmt.Errorf("an empty list: %v, %v", reply, err)
		}
		return nil
	}},
	{"map", func(c caller) error {
		return expect(c, "Interop.Double", map[string]int{"a": 1, "": -2}, new(map[string]int), map[string]int{"a": 2, "": -4})
	}},
	{"bytes", func(c caller) error {
		return expect(c, "Interop.Flip", []byte{0, 1, 255}, new([]byte), []byte{255, 254, 0})
	}},
	{"time", func(c caller) error {
		reply := time.Time{}
		if err := c.Call("Interop.Tomorrow", day(28), &reply); err != nil {
			return err
		}
		if !reply.Equal(day(29)) {
			return fmt.Errorf("it was %s", reply)
		}
		return nil
	}},
	{"error", func(c caller) error {
		if err := expectError(c, "Interop.Divide", Operands{1, 0}, "DivideByZero: Division by zero has no answer."); err != nil {
			return err
		}
		return expectError(c, "Interop.Fail", "no luck, é", "no luck, é")
	}},
	{"renamed", func(c caller) error { return expect(c, "Desk.Hello", "you", new(string), "hello you") }},
	{"nothing", func(c caller) error { return c.Call("Interop.Ping", struct{}{}, &struct{}{}) }},
	{"large", func(c caller) error {
		sent := bytes.Repeat([]byte{0x5a}, 1<<20)
		reply := []byte{}
		if err := c.Call("Interop.Flip", sent, &reply); err != nil {
			return err
		}
		if !bytes.Equal(reply, bytes.Repeat([]byte{0xa5}, 1<<20)) {
			return errors.New("other bytes came back")
		}
		return nil
	}},
	{"concurrent", concurrent},
}

// What servers in Go have no notion of.
var ofOurs = []testCase{
	{"bounded", func(c caller) error {
		return expectError(c, "Interop.Brief", time.Minute, "rpc server: request handle timeout: expect within 80ms")
	}},
	{"stream", func(c caller) error {
		if err := c.Call("Interop.Watch", 1, new(int)); err == nil {
			return errors.New("it was answered")
		}
		return nil
	}},
}

// Whether the server is this program too: a classic one then leaves the request of an unknown method unread.
var servedByGo = os.Getenv("SERVED_BY") == "go"

func unknown(c caller, protocol, network, address string) error {
	if servedByGo {
		other, err := dial(protocol, network, address)
		if err != nil {
			return err
		}
		defer other.Close()
		if err := other.Call("Interop.Nothing", Operands{1, 0}, new(int)); err == nil {
			return errors.New("it was answered")
		}
		return nil
	}
	if err := expectError(c, "Interop.Nothing", Operands{1, 0}, "rpc: can't find method Interop.Nothing"); err != nil {
		return err
	}
	if err := expectError(c, "Nobody.Sum", Operands{1, 0}, "rpc: can't find service Nobody.Sum"); err != nil {
		return err
	}
	return expect(c, "Interop.Sum", Operands{1, 2}, new(int), 3)
}

func concurrent(c caller) error {
	const calls = 1000
	var wait sync.WaitGroup
	results := make(chan error, calls)
	for i := 0; i < calls; i++ {
		i := i
		wait.Add(1)
		go func() {
			defer wait.Done()
			results <- expect(c, "Interop.Sum", Operands{i, 1}, new(int), i+1)
		}()
	}
	wait.Wait()
	close(results)
	for err := range results {
		if err != nil {
			return err
		}
	}
	return nil
}

// The test kills the server once the call has reached it.
func killed(c caller) error {
	reply := ""
	if err := c.Call("Interop.Wait", time.Minute, &reply); err == nil {
		return errors.New("it was answered")
	}
	if err := c.Call("Interop.Wait", time.Minute, &reply); err == nil {
		return errors.New("a call on a dead connection was answered")
	}
	return nil
}

// expect calls, and compares what comes with what should.
func expect(c caller, method string, args, reply, expected any) error {
	if err := c.Call(method, args, reply); err != nil {
		return err
	}
	if got := reflect.ValueOf(reply).Elem().Interface(); !same(got, expected) {
		return fmt.Errorf("%s gave %+v, not %+v", method, got, expected)
	}
	return nil
}

// same compares as JSON does: pointers by what they point to, times by what they print.
func same(a, b any) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return bytes.Equal(left, right)
}

func expectError(c caller, method string, args any, text string) error {
	var reply int
	err := c.Call(method, args, &reply)
	if err == nil || err.Error() != text {
		return fmt.Errorf("%s failed with %v, not with %s", method, err, text)
	}
	return nil
}

func day(day int) time.Time {
	return time.Date(2024, 2, day, 12, 30, 15, 123_000_000, time.UTC)
}

func nested() Nested {
	note, radius := "a note", 0.5
	return Nested{
		Name: "outer <&> é", ID: 1<<62 + 1, Operands: Operands{-1, 1 << 52},
		Points: []Point{{1.5, -2.25}, {0, 0}}, Labels: map[string][]string{"a": {"x", "y"}},
		Data: []byte{0, 255}, At: day(28), Takes: 1500 * time.Millisecond, Note: &note,
		Child: &Nested{
			Name: "inner", Points: []Point{{0, 1}}, Labels: map[string][]string{"b": {""}}, Data: []byte{1}, At: day(1),
			Shape: &Shape{Kind: 1, Circle: &radius}, Total: 1<<64 - 1,
		},
	}
}
