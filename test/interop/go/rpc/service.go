package main

import (
	"errors"
	"fmt"
	"time"
)

type Operands struct{ Left, Right int }

type Point struct{ X, Y float64 }

type Shape struct {
	Kind   int
	Circle *float64
	Corner *Point
}

type Nested struct {
	Name     string
	ID       int64
	Operands Operands
	Points   []Point
	Labels   map[string][]string
	Data     []byte
	At       time.Time
	Takes    time.Duration
	Note     *string
	Child    *Nested
	Shape    *Shape
	Total    uint64
}

// Interop is what the matrix calls.
type Interop struct{}

func (Interop) Negate(value int, reply *int) error {
	*reply = -value
	return nil
}

func (Interop) Sum(args Operands, reply *int) error {
	*reply = args.Left + args.Right
	return nil
}

func (Interop) Echo(args Nested, reply *Nested) error {
	*reply = args
	return nil
}

func (Interop) Reverse(args []int64, reply *[]int64) error {
	*reply = make([]int64, 0, len(args))
	for i := len(args) - 1; i >= 0; i-- {
		*reply = append(*reply, args[i])
	}
	return nil
}

func (Interop) Double(args map[string]int, reply *map[string]int) error {
	*reply = map[string]int{}
	for key, value := range args {
		(*reply)[key] = 2 * value
	}
	return nil
}

func (Interop) Flip(args []byte, reply *[]byte) error {
	*reply = make([]byte, len(args))
	for i, b := range args {
		(*reply)[i] = ^b
	}
	return nil
}

func (Interop) Tomorrow(args time.Time, reply *time.Time) error {
	*reply = args.AddDate(0, 0, 1)
	return nil
}

func (Interop) Divide(args Operands, reply *int) error {
	if args.Right == 0 {
		return errors.New("DivideByZero: Division by zero has no answer.")
	}
	*reply = args.Left / args.Right
	return nil
}

func (Interop) Wait(args time.Duration, reply *string) error {
	fmt.Println("waiting")
	time.Sleep(args)
	*reply = "done"
	return nil
}

func (Interop) Brief(args time.Duration, reply *string) error {
	time.Sleep(args)
	*reply = "done"
	return nil
}

func (Interop) Ping(args struct{}, reply *struct{}) error { return nil }

func (Interop) Fail(text string, reply *int) error { return errors.New(text) }

// Desk goes by another name in the schema.
type Desk struct{}

func (Desk) Hello(name string, reply *string) error {
	*reply = "hello " + name
	return nil
}
