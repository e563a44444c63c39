package room

// There and Back need each other: one of their arrows runs back.
func There(n int) int {
	if n == 0 {
		return 0
	}
	return Back(n - 1)
}
