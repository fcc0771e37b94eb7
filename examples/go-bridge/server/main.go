// The warehouse in Go: a server of net/rpc, and nothing in it but what gorpc-gen made of the schema.
package main

import (
	"fmt"
	"log"
	"net"
	"net/rpc"
	"sync"
	"time"

	"go-bridge/stock"
)

func main() {
	server := rpc.NewServer()
	if err := stock.RegisterStock(server, newWarehouse()); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("tcp://%s\n", listener.Addr())
	server.Accept(listener)
}

// warehouse is what the schema calls Stock.
type warehouse struct {
	lock     sync.Mutex
	articles map[string]*stock.Article
}

func newWarehouse() *warehouse {
	shelf, counted := "A7", time.Date(2024, 2, 28, 12, 0, 0, 0, time.UTC)
	return &warehouse{articles: map[string]*stock.Article{
		"tea": {Sku: "tea", Name: "Green tea", Quantity: 12, Storage: stock.Storage_SHELF, Counted: counted, Shelf: &shelf},
		"ice": {Sku: "ice", Name: "Ice cream", Quantity: 3, Storage: stock.Storage_COLD, Counted: counted},
	}}
}

func (w *warehouse) Find(sku string) (stock.Article, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	article, found := w.articles[sku]
	if !found {
		return stock.Article{}, &stock.NoSuchArticle{Sku: sku}
	}
	return *article, nil
}

func (w *warehouse) Withdraw(request stock.Withdrawal) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	article, found := w.articles[request.Sku]
	if !found {
		return 0, &stock.NoSuchArticle{Sku: request.Sku}
	}
	if article.Quantity < request.Quantity {
		return 0, &stock.OutOfStock{Sku: request.Sku, Left: article.Quantity}
	}
	article.Quantity -= request.Quantity
	return article.Quantity, nil
}

func (w *warehouse) Totals() (map[string]int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	totals := map[string]int{}
	for sku, article := range w.articles {
		totals[sku] = article.Quantity
	}
	return totals, nil
}
