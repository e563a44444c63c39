package room

// measured reaches a value of another file by its fields alone.
func measured() int { return deep.Width }
