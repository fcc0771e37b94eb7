// Peers in Go for the tests of Go's protocols: clients and servers of net/rpc and its jsonrpc as Go ships them, and of the
// two dialects of the classic frameworks, imitated with their faults.
//
//	rpc serve PROTOCOL NETWORK ADDRESS [DELAY]   prints the address, serves until it is killed
//	rpc call PROTOCOL NETWORK ADDRESS            runs every case, prints a line of JSON for each
//	rpc some PROTOCOL NETWORK ADDRESS            runs a few of them
//
// PROTOCOL: net/rpc, connect, jsonrpc, echo, silent, echo-connect, silent-connect.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 5 {
		fail(fmt.Errorf("usage: rpc serve|call|some PROTOCOL NETWORK ADDRESS"))
	}
	mode, protocol, network, address := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	switch mode {
	case "serve":
		serve(protocol, network, address)
	case "call":
		call(protocol, network, address)
	case "some":
		some(protocol, network, address)
	default:
		fail(fmt.Errorf("unknown mode %s", mode))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
