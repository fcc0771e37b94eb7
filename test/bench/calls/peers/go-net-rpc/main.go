// Go's net/rpc, gob, Go to Go: `go-net-rpc server go-net-rpc` or `go-net-rpc client go-net-rpc <address>`. It takes and gives
// what calls/process.ts does: JSON, a line for each, on the file descriptor in NODE_CHANNEL_FD.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type EchoMessage struct {
	Id     int
	Key    string
	Method string
	Region string
	User   string
	Value  float64
}

type Bench struct{}

func (Bench) Echo(message *EchoMessage, answer *EchoMessage) error {
	*answer = *message
	return nil
}

type command struct {
	Do           string
	InFlight     int
	Milliseconds int
}

func main() {
	descriptor, err := strconv.Atoi(os.Getenv("NODE_CHANNEL_FD"))
	check(err)
	channel := os.NewFile(uintptr(descriptor), "channel")
	say := json.NewEncoder(channel)
	var client *rpc.Client
	if os.Args[1] == "server" {
		check(rpc.Register(Bench{}))
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		check(err)
		go rpc.Accept(listener)
		check(say.Encode(map[string]any{"kind": "listening", "address": listener.Addr().String()}))
	} else {
		client, err = rpc.Dial("tcp", os.Args[3])
		check(err)
		check(say.Encode(map[string]any{"kind": "connected"}))
	}
	lines := bufio.NewScanner(channel)
	for lines.Scan() {
		var asked command
		check(json.Unmarshal(lines.Bytes(), &asked))
		if asked.Do == "usage" {
			check(say.Encode(map[string]any{"kind": "usage", "microseconds": usage()}))
		} else {
			check(say.Encode(load(client, asked.InFlight, time.Duration(asked.Milliseconds)*time.Millisecond)))
		}
	}
}

func load(client *rpc.Client, inFlight int, duration time.Duration) map[string]any {
	every := int64(16)
	if inFlight == 1 {
		every = 1
	}
	var calls int64
	var running atomic.Bool
	running.Store(true)
	perCaller := make([][]float64, inFlight)
	var group sync.WaitGroup
	start := time.Now()
	time.AfterFunc(duration, func() { running.Store(false) })
	for caller := 0; caller < inFlight; caller++ {
		group.Add(1)
		go func(caller int) {
			defer group.Done()
			for running.Load() {
				id := atomic.AddInt64(&calls, 1)
				message := request(int(id))
				var answer EchoMessage
				if id%every == 0 {
					began := time.Now()
					check(client.Call("Bench.Echo", &message, &answer))
					perCaller[caller] = append(perCaller[caller], float64(time.Since(began).Nanoseconds())/1000)
				} else {
					check(client.Call("Bench.Echo", &message, &answer))
				}
				if answer != message {
					check(fmt.Errorf("wrong answer: sent %v, received %v", message, answer))
				}
			}
		}(caller)
	}
	group.Wait()
	seconds := time.Since(start).Seconds()
	latencies := []float64{}
	for _, some := range perCaller {
		latencies = append(latencies, some...)
	}
	sort.Float64s(latencies)
	return map[string]any{"kind": "load", "calls": calls, "seconds": seconds, "latencies": latencies}
}

var regions = []string{"eu-west", "us-east", "ap-south", "sa-north"}
var methods = []string{"GET", "PUT", "POST", "PATCH", "DELETE"}
var messages = makeMessages()

func makeMessages() []EchoMessage {
	made := make([]EchoMessage, 256)
	for i := range made {
		made[i] = EchoMessage{
			Key:    fmt.Sprintf("key-%012d", i*7_919_993),
			Method: methods[i%len(methods)],
			Region: regions[i%len(regions)],
			User:   fmt.Sprintf("user-%d", i),
			Value:  float64(i)*1.25 + 0.1,
		}
	}
	return made
}

func request(id int) EchoMessage {
	message := messages[id%len(messages)]
	message.Id = id
	return message
}

func usage() int64 {
	var spent syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &spent))
	return (spent.Utime.Sec+spent.Stime.Sec)*1_000_000 + int64(spent.Utime.Usec+spent.Stime.Usec)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
