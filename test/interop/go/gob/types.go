package main

import "time"

// The types of test/codec/everything.gorpc as they are in Go.

type Phase int

type Scalars struct {
	Flag     bool
	Text     string
	Blob     []byte
	Int      int
	Int32    int32
	Uint32   uint32
	Sint32   int32
	Fixed32  uint32
	Sfixed32 int32
	Int64    int64
	Uint64   uint64
	Sint64   int64
	Fixed64  uint64
	Sfixed64 int64
	Float32  float32
	Float64  float64
	At       time.Time
	Wait     time.Duration
	Phase    Phase
	Last     bool
}

type Optionals struct {
	Flag     *bool
	Text     *string
	Blob     *[]byte
	Int      *int
	Int32    *int32
	Uint32   *uint32
	Sint32   *int32
	Fixed32  *uint32
	Sfixed32 *int32
	Int64    *int64
	Uint64   *uint64
	Sint64   *int64
	Fixed64  *uint64
	Sfixed64 *int64
	Float32  *float32
	Float64  *float64
	At       *time.Time
	Wait     *time.Duration
	Phase    *Phase
	Scalars  *Scalars
	Choice   *Choice
	Texts    *[]string
	Labels   *map[string]int32
}

type Lists struct {
	Flag     []bool
	Text     []string
	Blob     [][]byte
	Int      []int
	Int32    []int32
	Uint32   []uint32
	Sint32   []int32
	Fixed32  []uint32
	Sfixed32 []int32
	Int64    []int64
	Uint64   []uint64
	Sint64   []int64
	Fixed64  []uint64
	Sfixed64 []int64
	Float32  []float32
	Float64  []float64
	At       []time.Time
	Wait     []time.Duration
	Phase    []Phase
	Point    []Point
	Choice   []Choice
	Grid     [][]int32
	Cube     [][][]string
	Tables   []map[string]int64
}

type Maps struct {
	Text     map[string]string
	Flag     map[bool]string
	Int      map[int]int
	Int32    map[int32]int32
	Uint32   map[uint32]uint32
	Sint32   map[int32]int32
	Fixed32  map[uint32]uint32
	Sfixed32 map[int32]int32
	Int64    map[int64]int64
	Uint64   map[uint64]uint64
	Sint64   map[int64]int64
	Fixed64  map[uint64]uint64
	Sfixed64 map[int64]int64
	Blob     map[string][]byte
	Float32  map[string]float32
	Float64  map[string]float64
	At       map[string]time.Time
	Wait     map[string]time.Duration
	Phase    map[string]Phase
	Point    map[string]Point
	Choice   map[int32]Choice
	Lists    map[string][]int32
	Maps     map[string]map[bool]string
	Yes      map[string]bool
}

type Point struct {
	X int32
	Y int32
}

type Node struct {
	Name     string
	Left     *Node
	Children []Node
	ByName   map[string]Node
	Point    Point
	Choice   *Choice
}

type Holder struct {
	Choice Choice
	Point  Point
}

// A union: the number of the member that is set, and a pointer for each.
type Choice struct {
	Kind   int
	Text   *string
	Number *int64
	Float  *float64
	Point  *Point
	Phase  *Phase
	At     *time.Time
	List   *[]int32
	Labels *map[string]string
	Choice *Choice
	Wait   *time.Duration
	Blob   *[]byte
	Flag   *bool
}

type Traps struct {
	Proto          int32
	Constructor    string
	ToString       *string
	HasOwnProperty *Point
	R              int32
	W              int32
	M              int32
	Tag            int32
	End            int32
	Into           int32
	Default        int32
	Rpc            int32
	Kind           string
}

type Empty struct{}

type Lost struct {
	What  string
	Where Point
	Hints []string
}
