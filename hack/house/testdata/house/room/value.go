package room

var deep = struct{ Width int }{Width: 1}
