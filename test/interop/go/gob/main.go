// Real gob, for tests: writes the values of cases.go, and sends back what it receives.
package main

import (
	"bufio"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	gob.Register(Box{})
	gob.Register(Tree{})
	gob.Register(Point{})
	gob.Register([]string{})
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: gob list | case NAME | echo"))
	}
	switch os.Args[1] {
	case "list":
		for _, each := range cases() {
			fmt.Println(each.name)
		}
	case "case":
		printCase(os.Args[2])
	case "echo":
		echo()
	}
}

// One case to a process: Go numbers types as it meets them, and orders maps at random.
func printCase(name string) {
	for _, each := range cases() {
		if each.name == name {
			out := hex.NewEncoder(os.Stdout)
			if err := gob.NewEncoder(out).Encode(each.value); err != nil {
				fail(err)
			}
			return
		}
	}
	fail(fmt.Errorf("no case %q", name))
}

// What can be sent, by the name that goes before it.
var values = map[string]func() interface{}{
	"Scalars":           func() interface{} { return new(Scalars) },
	"Optionals":         func() interface{} { return new(Optionals) },
	"Lists":             func() interface{} { return new(Lists) },
	"Maps":              func() interface{} { return new(Maps) },
	"Node":              func() interface{} { return new(Node) },
	"Holder":            func() interface{} { return new(Holder) },
	"Choice":            func() interface{} { return new(Choice) },
	"Lost":              func() interface{} { return new(Lost) },
	"Int32List":         func() interface{} { return new([]int32) },
	"Int64Value":        func() interface{} { return new(int64) },
	"StringListList":    func() interface{} { return new([][]string) },
	"PointListByString": func() interface{} { return new(map[string][]Point) },
	"PhaseValue":        func() interface{} { return new(Phase) },
	"TimestampValue":    func() interface{} { return new(time.Time) },
	"DurationValue":     func() interface{} { return new(time.Duration) },
	"BytesByUint64":     func() interface{} { return new(map[uint64][]byte) },
	"BoolValue":         func() interface{} { return new(bool) },
}

// Reads names and values from one stream and writes them to another, until it ends.
func echo() {
	in := gob.NewDecoder(bufio.NewReader(os.Stdin))
	buffered := bufio.NewWriter(os.Stdout)
	out := gob.NewEncoder(buffered)
	for {
		var name string
		err := in.Decode(&name)
		if err == io.EOF {
			break
		}
		check(err)
		value := values[name]()
		check(in.Decode(value))
		check(out.Encode(name))
		check(out.Encode(value))
		check(buffered.Flush())
	}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
