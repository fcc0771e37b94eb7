// Go's own gob, on the messages of the codec benchmark: main <size> <ms per batch> <batches>, the values on stdin as one
// gob stream; writes its samples as JSON.
package main

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

type Small struct {
	Id     int32
	Name   string
	City   string
	Street string
	Code   string
	Score  float64
}

type Money struct {
	Currency string
	Units    int32
	Nanos    int32
}

type LineItem struct {
	Sku      string
	Title    string
	Quantity int32
	Price    Money
	Discount *Money
}

type Order struct {
	Id       string
	Customer string
	Status   int
	Items    []LineItem
	Labels   map[string]string
	Total    Money
	Gift     bool
	Note     *string
}

type Archive struct {
	Name         string
	Orders       []Order
	Descriptions []string
	Samples      []float64
	Counts       []int32
}

type sample struct {
	Peer        string  `json:"peer"`
	Size        string  `json:"size"`
	Direction   string  `json:"direction"`
	Nanoseconds float64 `json:"nanoseconds"`
	Bytes       float64 `json:"bytes"`
}

type work struct {
	peer      string
	direction string
	bytes     float64
	run       func(rounds int)
	rounds    int
}

func main() {
	size := os.Args[1]
	batch := time.Duration(number(os.Args[2])) * time.Millisecond
	batches := number(os.Args[3])
	var works []*work
	switch size {
	case "small":
		works = worksOf[Small]()
	case "medium":
		works = worksOf[Order]()
	case "large":
		works = worksOf[Archive]()
	}
	for _, each := range works {
		each.rounds = calibrate(each.run, batch)
	}
	samples := []sample{}
	for i := 0; i < batches; i++ {
		for _, each := range works {
			start := time.Now()
			each.run(each.rounds)
			nanoseconds := float64(time.Since(start).Nanoseconds()) / float64(each.rounds)
			samples = append(samples, sample{each.peer, size, each.direction, nanoseconds, each.bytes})
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(samples))
}

func worksOf[T any]() []*work {
	values := readValues[T]()
	alone := make([][]byte, len(values))
	for i := range values {
		var buffer bytes.Buffer
		check(gob.NewEncoder(&buffer).Encode(&values[i]))
		alone[i] = buffer.Bytes()
	}
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	check(encoder.Encode(&values[0]))
	head := append([]byte(nil), stream.Bytes()...)
	stream.Reset()
	for i := range values {
		check(encoder.Encode(&values[i]))
	}
	source := &loop{head: head, body: append([]byte(nil), stream.Bytes()...)}
	decoder := gob.NewDecoder(source)
	check(decoder.Decode(new(T)))
	return []*work{
		{peer: "go-gob", direction: "encode", bytes: average(alone), run: func(rounds int) {
			for i := 0; i < rounds; i++ {
				var buffer bytes.Buffer
				check(gob.NewEncoder(&buffer).Encode(&values[i%len(values)]))
			}
		}},
		{peer: "go-gob", direction: "decode", bytes: average(alone), run: func(rounds int) {
			for i := 0; i < rounds; i++ {
				check(gob.NewDecoder(bytes.NewReader(alone[i%len(alone)])).Decode(new(T)))
			}
		}},
		{peer: "go-gob-stream", direction: "encode", bytes: average([][]byte{source.body}) / float64(len(values)), run: func(rounds int) {
			for i := 0; i < rounds; i++ {
				stream.Reset()
				check(encoder.Encode(&values[i%len(values)]))
			}
		}},
		{peer: "go-gob-stream", direction: "decode", bytes: average([][]byte{source.body}) / float64(len(values)), run: func(rounds int) {
			for i := 0; i < rounds; i++ {
				check(decoder.Decode(new(T)))
			}
		}},
	}
}

func readValues[T any]() []T {
	decoder := gob.NewDecoder(bufio.NewReader(os.Stdin))
	var values []T
	for {
		var value T
		err := decoder.Decode(&value)
		if err == io.EOF {
			return values
		}
		check(err)
		values = append(values, value)
	}
}

// A stream that begins with the definitions and goes on with the same values without end.
type loop struct {
	head []byte
	body []byte
	pos  int
}

func (l *loop) rest() []byte {
	if l.pos < len(l.head) {
		return l.head[l.pos:]
	}
	return l.body[(l.pos-len(l.head))%len(l.body):]
}

func (l *loop) Read(into []byte) (int, error) {
	n := copy(into, l.rest())
	l.pos += n
	return n, nil
}

func (l *loop) ReadByte() (byte, error) {
	b := l.rest()[0]
	l.pos++
	return b, nil
}

func calibrate(run func(rounds int), batch time.Duration) int {
	for rounds := 1; ; rounds *= 2 {
		start := time.Now()
		run(rounds)
		if taken := time.Since(start); taken > batch/2 {
			return int(float64(rounds)*float64(batch)/float64(taken)) + 1
		}
	}
}

func average(parts [][]byte) float64 {
	sum := 0
	for _, part := range parts {
		sum += len(part)
	}
	return float64(sum) / float64(len(parts))
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
