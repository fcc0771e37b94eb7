package main

// What Go has and the schema's language does not.

type Foreign struct {
	Array    [3]int32
	Id       [16]byte
	Int8     int8
	Int16    int16
	Uint8    uint8
	Uint16   uint16
	Uintptr  uintptr
	Complex  complex128
	Complex2 complex64
	Any      interface{}
	None     interface{}
	Anys     []interface{}
	Text     Shouted
	Binary   Packed
	Deep     ***int32
	Embedded
	hidden int
	Last   string
}

type Embedded struct {
	Inner int
}

// Held in an interface, and holds one.
type Box struct {
	Label string
	Held  interface{}
}

// Held in an interface, and met there first.
type Tree []Tree

// Writes itself as text.
type Shouted string

func (s Shouted) MarshalText() ([]byte, error) { return []byte(string(s) + "!"), nil }

func (s *Shouted) UnmarshalText(text []byte) error {
	*s = Shouted(text[:len(text)-1])
	return nil
}

// Writes itself as bytes.
type Packed [2]byte

func (p Packed) MarshalBinary() ([]byte, error) { return p[:], nil }

func (p *Packed) UnmarshalBinary(data []byte) error {
	copy(p[:], data)
	return nil
}

func foreign() Foreign {
	number := int32(-9)
	pointer := &number
	pointers := &pointer
	return Foreign{
		Array:    [3]int32{1, -2, 3},
		Id:       [16]byte{0: 1, 15: 255},
		Int8:     -128,
		Int16:    -32768,
		Uint8:    255,
		Uint16:   65535,
		Uintptr:  77,
		Complex:  complex(1, -0.5),
		Complex2: complex(2, 0),
		Any:      Box{Label: "outer", Held: Box{Label: "inner", Held: Tree{{}, {{}}}}},
		Anys:     []interface{}{int(5), "five", nil, Point{X: 5}, []string{"a", "b"}},
		Text:     "text",
		Binary:   Packed{7, 8},
		Deep:     &pointers,
		Embedded: Embedded{Inner: 3},
		hidden:   1,
		Last:     "last",
	}
}
