// The three roles around the HTTP registry of the classic Go frameworks, as those play them: the registry, a server's
// heartbeats, and a client that reads who is alive. The spelling of paths and headers is given.
//
//	classic-registry registry <path> <header prefix> <timeout ms>
//	classic-registry heartbeat <url> <header prefix> <interval ms> <entry>...
//	classic-registry discover <url> <header prefix> <times>
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	role, args := os.Args[1], os.Args[2:]
	var err error
	switch role {
	case "registry":
		err = serve(args[0], args[1], milliseconds(args[2]))
	case "heartbeat":
		err = beat(args[0], args[1], milliseconds(args[2]), args[3:])
	case "discover":
		err = discover(args[0], args[1], args[2])
	default:
		err = fmt.Errorf("there is no role %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func milliseconds(text string) time.Duration {
	number, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return time.Duration(number) * time.Millisecond
}

// registry keeps a server until it was silent for a while. Like theirs, it answers with headers alone.
type registry struct {
	prefix  string
	timeout time.Duration

	mutex   sync.Mutex
	servers map[string]time.Time
}

func (r *registry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	switch request.Method {
	case http.MethodGet:
		w.Header().Set(r.prefix+"-Servers", strings.Join(r.alive(), ","))
	case http.MethodPost:
		entry := request.Header.Get(r.prefix + "-Server")
		if entry == "" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.servers[entry] = time.Now()
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (r *registry) alive() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var entries []string
	for entry, seen := range r.servers {
		if time.Since(seen) < r.timeout {
			entries = append(entries, entry)
		} else {
			delete(r.servers, entry)
		}
	}
	sort.Strings(entries)
	return entries
}

func serve(path, prefix string, timeout time.Duration) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	http.Handle(path, &registry{prefix: prefix, timeout: timeout, servers: map[string]time.Time{}})
	fmt.Printf("http://%s%s\n", listener.Addr(), path)
	return http.Serve(listener, nil)
}

// beat says of each entry that it is alive, again and again. Like theirs, it gives up for good at the first error, takes any
// status for success, and does not close the answers.
func beat(url, prefix string, interval time.Duration, entries []string) error {
	failed := make(chan error)
	var first sync.WaitGroup
	first.Add(len(entries))
	var slots = make(chan struct{}, 16)
	for _, entry := range entries {
		go func(entry string) {
			slots <- struct{}{}
			err := beatOnce(url, prefix, entry)
			<-slots
			first.Done()
			for err == nil {
				time.Sleep(interval)
				err = beatOnce(url, prefix, entry)
			}
			failed <- err
		}(entry)
	}
	first.Wait()
	fmt.Println("registered", len(entries))
	return <-failed
}

func beatOnce(url, prefix, entry string) error {
	request, err := http.NewRequest(http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set(prefix+"-Server", entry)
	_, err = http.DefaultClient.Do(request)
	return err
}

// discover reads who is alive several times, and prints the last list and how many connections that took. Like theirs, it
// does not close the answers.
func discover(url, prefix, times string) error {
	count, err := strconv.Atoi(times)
	if err != nil {
		return err
	}
	var dialled atomic.Int32
	dialer := &net.Dialer{}
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialled.Add(1)
			return dialer.DialContext(ctx, network, address)
		},
	}}
	entries := []string{}
	for i := 0; i < count; i++ {
		response, err := client.Get(url)
		if err != nil {
			return err
		}
		entries = entries[:0]
		for _, entry := range strings.Split(response.Header.Get(prefix+"-Servers"), ",") {
			if entry = strings.TrimSpace(entry); entry != "" {
				entries = append(entries, entry)
			}
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"entries": entries, "connections": dialled.Load()})
}
