package words

import "fmt"

// Rules is the book of the sentences of the rules that no policy words itself, for
// who has no service at hand.
var Rules = must(Read())

// must is for files that are part of the program: a test reads them.
func must(book *Book, err error) *Book {
	if err != nil {
		panic(fmt.Sprintf("the sentences of the rules: %v", err))
	}
	return book
}
