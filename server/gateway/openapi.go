package gateway

import _ "embed"

// openAPI describes the JSON route; a test holds it to the Position message.
//
//go:embed openapi.json
var openAPI []byte
