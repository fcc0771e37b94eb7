// The client and the server that gorpc-gen makes of a schema, against each other and against those in TypeScript.
//
//	generated serve PROTOCOL            prints the address, serves until it is killed
//	generated call PROTOCOL ADDRESS     runs every case, prints a line of JSON for each
//
// PROTOCOL: net/rpc, connect, jsonrpc.
package main

import (
	"fmt"
	"os"
)

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "serve":
		serve(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "call":
		call(os.Args[2], os.Args[3])
	default:
		fail(fmt.Errorf("usage: generated serve PROTOCOL | call PROTOCOL ADDRESS"))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
