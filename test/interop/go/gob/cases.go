package main

import (
	"math"
	"time"
)

type testCase struct {
	name  string
	value interface{}
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func ptr[T any](value T) *T { return &value }

// The values are those of test/interop/gob/cases.ts; maps have one entry at most, since Go orders them at random.
func cases() []testCase {
	most, least, round := mostScalars(), leastScalars(), roundScalars()
	return []testCase{
		{"scalars/zero", Scalars{}},
		{"scalars/most", most},
		{"scalars/least", least},
		{"scalars/round", round},
		{"scalars/not-a-number", Scalars{Float32: float32(math.NaN()), Float64: math.Float64frombits(0x7ff8 << 48)}},
		{"scalars/infinite", Scalars{Float32: float32(math.Inf(1)), Float64: math.Inf(-1)}},
		{"scalars/width-1", widths(1<<6-1, 1<<7-1)},
		{"scalars/width-2", widths(1<<6, 1<<7)},
		{"scalars/width-3", widths(1<<7-1, 1<<8-1)},
		{"scalars/width-4", widths(1<<7, 1<<8)},
		{"scalars/width-5", widths(1<<15, 1<<16)},
		{"scalars/width-6", widths(1<<23, 1<<24)},
		{"optionals/none", Optionals{}},
		{"optionals/all", allOptionals(most)},
		{"lists/empty", Lists{}},
		{"lists/zeros", listsOf(Scalars{}, Choice{Kind: 12, Flag: ptr(true)})},
		{"lists/boundaries", boundaries(most, least)},
		{"maps/empty", Maps{}},
		{"maps/zeros", mapsOf(Scalars{})},
		{"maps/most", mapsOf(most)},
		{"node/leaf", Node{}},
		{"node/nested", nested()},
		{"holder", Holder{Choice{Kind: 1, Text: ptr("t")}, Point{1, 2}}},
		{"choice/text", Choice{Kind: 1, Text: ptr("text")}},
		{"choice/zero-by-kind", Choice{Kind: 2}},
		{"choice/number", Choice{Kind: 2, Number: ptr(int64(math.MinInt64))}},
		{"choice/float", Choice{Kind: 3, Float: ptr(0.1)}},
		{"choice/point", Choice{Kind: 4, Point: &Point{}}},
		{"choice/phase", Choice{Kind: 5, Phase: ptr(Phase(7))}},
		{"choice/at", Choice{Kind: 6, At: ptr(at(0))}},
		{"choice/list", Choice{Kind: 7, List: &[]int32{1, -1}}},
		{"choice/labels", Choice{Kind: 8, Labels: &map[string]string{"a": ""}}},
		{"choice/choice", Choice{Kind: 9, Choice: &Choice{Kind: 12, Flag: ptr(true)}}},
		{"choice/wait", Choice{Kind: 10, Wait: ptr(-time.Nanosecond)}},
		{"choice/blob", Choice{Kind: 11, Blob: &[]byte{0}}},
		{"choice/flag", Choice{Kind: 12, Flag: ptr(true)}},
		{"traps", Traps{1, "c", ptr("s"), &Point{1, 2}, 2, 3, 4, 5, 6, 7, 8, 9, "k"}},
		{"empty", Empty{}},
		{"nothing", struct{}{}},
		{"lost", Lost{"w", Point{1, 2}, []string{"h"}}},
		{"bare/int32s", []int32{1, -1, math.MaxInt32, math.MinInt32}},
		{"bare/none", []int32{}},
		{"bare/int64", int64(math.MaxInt64)},
		{"bare/zero", int64(0)},
		{"bare/grid", [][]string{{"a", ""}, {}}},
		{"bare/points", map[string][]Point{"k": {{1, 2}, {}}}},
		{"bare/phase", Phase(1)},
		{"bare/timestamp", at(-1)},
		{"bare/duration", time.Hour},
		{"bare/keyed", map[uint64][]byte{math.MaxUint64: {1, 2, 3}}},
		{"bare/true", true},
		{"bare/false", false},
		{"foreign", foreign()},
	}
}

func mostScalars() Scalars {
	return Scalars{
		Flag: true, Text: "ä€😀" + text(200), Blob: bytes(300), Int: 1<<53 - 1,
		Int32: math.MaxInt32, Uint32: math.MaxUint32, Sint32: math.MaxInt32, Fixed32: math.MaxUint32, Sfixed32: math.MaxInt32,
		Int64: math.MaxInt64, Uint64: math.MaxUint64, Sint64: math.MaxInt64, Fixed64: math.MaxUint64, Sfixed64: math.MaxInt64,
		Float32: math.MaxFloat32, Float64: math.MaxFloat64, At: at(8.64e15), Wait: 200 * 365 * 24 * time.Hour,
		Phase: math.MaxInt32, Last: true,
	}
}

func leastScalars() Scalars {
	return Scalars{
		Text: "\x00", Blob: []byte{0}, Int: -(1<<53 - 1),
		Int32: math.MinInt32, Uint32: 1, Sint32: math.MinInt32, Fixed32: 1, Sfixed32: math.MinInt32,
		Int64: math.MinInt64, Uint64: 1, Sint64: math.MinInt64, Fixed64: 1, Sfixed64: math.MinInt64,
		Float32: math.SmallestNonzeroFloat32, Float64: math.SmallestNonzeroFloat64, At: at(-8.64e15), Wait: -1,
		Phase: math.MinInt32,
	}
}

func roundScalars() Scalars {
	return Scalars{
		Text: text(127), Blob: bytes(128), Int: -1,
		Int32: -1, Uint32: 1, Sint32: 1, Int64: -1, Uint64: 1,
		Float32: 17, Float64: -0.5, At: at(1_700_000_000_123), Wait: 1500 * time.Millisecond, Phase: 1,
	}
}

// At both sides of a number's widths.
func widths(signed int64, unsigned uint64) Scalars {
	return Scalars{
		Int: int(signed), Int32: int32(-signed), Sint32: int32(signed), Int64: -signed - 1,
		Uint32: uint32(unsigned), Uint64: unsigned << 32, Fixed64: unsigned << 8, Phase: Phase(signed),
	}
}

func text(length int) string {
	letters := make([]byte, length)
	for i := range letters {
		letters[i] = 'a' + byte(i%26)
	}
	return string(letters)
}

func bytes(length int) []byte {
	data := make([]byte, length)
	for i := range data {
		data[i] = byte(i)
	}
	return data
}

func allOptionals(s Scalars) Optionals {
	return Optionals{
		Flag: &s.Flag, Text: &s.Text, Blob: &s.Blob, Int: &s.Int, Int32: &s.Int32, Uint32: &s.Uint32, Sint32: &s.Sint32,
		Fixed32: &s.Fixed32, Sfixed32: &s.Sfixed32, Int64: &s.Int64, Uint64: &s.Uint64, Sint64: &s.Sint64,
		Fixed64: &s.Fixed64, Sfixed64: &s.Sfixed64, Float32: &s.Float32, Float64: &s.Float64, At: &s.At, Wait: &s.Wait,
		Phase: &s.Phase, Scalars: &Scalars{}, Choice: &Choice{Kind: 4, Point: &Point{X: 1}},
		Texts: &[]string{""}, Labels: &map[string]int32{"": 0},
	}
}

func listsOf(s Scalars, choice Choice) Lists {
	return Lists{
		Flag: []bool{s.Flag}, Text: []string{s.Text}, Blob: [][]byte{s.Blob}, Int: []int{s.Int}, Int32: []int32{s.Int32},
		Uint32: []uint32{s.Uint32}, Sint32: []int32{s.Sint32}, Fixed32: []uint32{s.Fixed32}, Sfixed32: []int32{s.Sfixed32},
		Int64: []int64{s.Int64}, Uint64: []uint64{s.Uint64}, Sint64: []int64{s.Sint64}, Fixed64: []uint64{s.Fixed64},
		Sfixed64: []int64{s.Sfixed64}, Float32: []float32{s.Float32}, Float64: []float64{s.Float64}, At: []time.Time{s.At},
		Wait: []time.Duration{s.Wait}, Phase: []Phase{s.Phase}, Point: []Point{{}}, Choice: []Choice{choice},
		Grid: [][]int32{{}}, Cube: [][][]string{{{""}}}, Tables: []map[string]int64{{"": 0}},
	}
}

func boundaries(most, least Scalars) Lists {
	a, b := listsOf(most, Choice{Kind: 1, Text: ptr("a")}), listsOf(least, Choice{Kind: 7, List: &[]int32{5}})
	return Lists{
		Flag: append(a.Flag, b.Flag...), Text: append(a.Text, b.Text...), Blob: append(a.Blob, b.Blob...),
		Int: append(a.Int, b.Int...), Int32: append(a.Int32, b.Int32...), Uint32: append(a.Uint32, b.Uint32...),
		Sint32: append(a.Sint32, b.Sint32...), Fixed32: append(a.Fixed32, b.Fixed32...),
		Sfixed32: append(a.Sfixed32, b.Sfixed32...), Int64: append(a.Int64, b.Int64...), Uint64: append(a.Uint64, b.Uint64...),
		Sint64: append(a.Sint64, b.Sint64...), Fixed64: append(a.Fixed64, b.Fixed64...), Sfixed64: append(a.Sfixed64, b.Sfixed64...),
		Float32: append(a.Float32, b.Float32...), Float64: append(a.Float64, b.Float64...), At: append(a.At, b.At...),
		Wait: append(a.Wait, b.Wait...), Phase: append(a.Phase, b.Phase...), Point: append(a.Point, Point{-1, 1}),
		Choice: append(a.Choice, b.Choice...), Grid: [][]int32{{1, 2}, {}, {-3}}, Cube: [][][]string{{}, {{"a", "b"}, {}}},
		Tables: []map[string]int64{{}, {"a": -1}},
	}
}

func mapsOf(s Scalars) Maps {
	return Maps{
		Text: map[string]string{s.Text: s.Text}, Flag: map[bool]string{s.Flag: s.Text}, Int: map[int]int{s.Int: s.Int},
		Int32: map[int32]int32{s.Int32: s.Int32}, Uint32: map[uint32]uint32{s.Uint32: s.Uint32},
		Sint32: map[int32]int32{s.Sint32: s.Sint32}, Fixed32: map[uint32]uint32{s.Fixed32: s.Fixed32},
		Sfixed32: map[int32]int32{s.Sfixed32: s.Sfixed32}, Int64: map[int64]int64{s.Int64: s.Int64},
		Uint64: map[uint64]uint64{s.Uint64: s.Uint64}, Sint64: map[int64]int64{s.Sint64: s.Sint64},
		Fixed64: map[uint64]uint64{s.Fixed64: s.Fixed64}, Sfixed64: map[int64]int64{s.Sfixed64: s.Sfixed64},
		Blob: map[string][]byte{"k": s.Blob}, Float32: map[string]float32{"k": s.Float32},
		Float64: map[string]float64{"k": s.Float64}, At: map[string]time.Time{"k": s.At},
		Wait: map[string]time.Duration{"k": s.Wait}, Phase: map[string]Phase{"k": s.Phase}, Point: map[string]Point{"k": {}},
		Choice: map[int32]Choice{1: {Kind: 1, Text: ptr("c")}}, Lists: map[string][]int32{"k": {0}},
		Maps: map[string]map[bool]string{"k": {true: "t"}}, Yes: map[string]bool{"k": s.Flag},
	}
}

func nested() Node {
	leaf := Node{Name: "leaf", Point: Point{3, 4}}
	return Node{
		Name:     "root",
		Left:     &Node{Name: "left", Left: &Node{}},
		Children: []Node{leaf, {}},
		ByName:   map[string]Node{"leaf": leaf},
		Choice:   &Choice{Kind: 4, Point: &Point{5, 6}},
	}
}
