package room

type Outer struct {
	Inner
	Width int
}
