// A till in Go: it calls a warehouse over net/rpc, whatever that is written in.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/rpc"
	"os"
	"strings"

	"go-bridge/stock"
)

func main() {
	connection, err := rpc.Dial("tcp", strings.TrimPrefix(os.Args[1], "tcp://"))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client, ctx := stock.NewStockClient(connection), context.Background()

	article, err := client.Find(ctx, "tea")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("  Find(tea) is %d of %s, kept on %s %s\n", article.Quantity, article.Name, article.Storage, *article.Shelf)
	left, err := client.Withdraw(ctx, stock.Withdrawal{Sku: "tea", Quantity: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("  Withdraw(tea, 2) leaves %d\n", left)
	_, err = client.Withdraw(ctx, stock.Withdrawal{Sku: "ice", Quantity: 100})
	if refused := rpc.ServerError(""); !errors.As(err, &refused) {
		log.Fatalf("it should have been refused: %v", err)
	}
	fmt.Printf("  Withdraw(ice, 100) is refused: %v\n", err)
	totals, err := client.Totals(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("  Totals() is %v\n", totals)
}
