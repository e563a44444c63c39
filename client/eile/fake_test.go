package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// fake is a server that answers what a script wrote down. The answers to a method stand in the file
// METHOD.json of the directory, as JSON documents one after another: the fields of the answer, or
// {"error": google.rpc.Status}. A call of a list gets the document after the one whose
// next_page_token it brings; another unary call gets the next document, the last one again and
// again; a stream gets all. Every request is kept for the script to look at.
type fake struct {
	dir string

	mu       sync.Mutex
	requests map[string][]string
	calls    map[string]int
}

// newFake starts a fake server on a free port of this machine.
func newFake(dir string) (*fake, *grpc.Server, string, error) {
	f := &fake{dir: dir, requests: map[string][]string{}, calls: map[string]int{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, "", err
	}
	server := grpc.NewServer(grpc.UnknownServiceHandler(f.handle))
	go func() { _ = server.Serve(listener) }()
	return f, server, listener.Addr().String(), nil
}

// handle returns any method of any service of the protos.
func (f *fake) handle(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	service, name, _ := strings.Cut(strings.TrimPrefix(full, "/"), "/")
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		return status.Error(codes.Unimplemented, full)
	}
	method := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(name))
	request, err := f.receive(stream, method)
	if err != nil {
		return err
	}
	documents, err := f.documents(name)
	if err != nil {
		return status.Error(codes.Unimplemented, err.Error())
	}
	if !method.IsStreamingServer() {
		n := f.which(method, request, documents)
		documents = documents[n : n+1]
	}
	for _, document := range documents {
		err := answer(stream, method, document)
		if err != nil {
			return err
		}
	}
	return nil
}

// receive keeps the requests of a call and answers the last one.
func (f *fake) receive(stream grpc.ServerStream, method protoreflect.MethodDescriptor) (proto.Message, error) {
	md, _ := metadata.FromIncomingContext(stream.Context())
	kept := ""
	if as := md.Get("eile-as"); len(as) > 0 {
		kept = "as " + as[0] + "\n"
	}
	if in := md.Get("accept-language"); len(in) > 0 && in[0] != "en" {
		kept += "in " + in[0] + "\n"
	}
	var request proto.Message
	for {
		next := newMessage(method.Input())
		err := stream.RecvMsg(next)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		request = next
		kept += keep(next)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests[string(method.Name())] = append(f.requests[string(method.Name())], kept)
	return request, nil
}

// keep writes a request down: the bytes of a file as they are, anything else as JSON, with UUID for
// an id that was made up.
func keep(request proto.Message) string {
	if part, ok := request.(*eilev1.ImportRequest); ok && part.GetHeader() == nil {
		return string(part.GetData())
	}
	compact, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(request)
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	_ = json.Indent(&b, compact, "", "  ")
	text := b.String() + "\n"
	m := request.ProtoReflect()
	if part, ok := request.(*eilev1.ImportRequest); ok {
		m = part.GetHeader().ProtoReflect()
	}
	fd := m.Descriptor().Fields().ByName("request_id")
	if fd != nil && uuid.Validate(m.Get(fd).String()) == nil && !strings.HasPrefix(m.Get(fd).String(), "0000") {
		text = strings.ReplaceAll(text, m.Get(fd).String(), "UUID")
	}
	return text
}

func newMessage(of protoreflect.MessageDescriptor) proto.Message {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		panic(err)
	}
	return kind.New().Interface()
}

func (f *fake) documents(method string) ([]json.RawMessage, error) {
	file, err := os.Open(filepath.Join(f.dir, method+".json"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var documents []json.RawMessage
	for d := json.NewDecoder(file); ; {
		var document json.RawMessage
		err := d.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", method, err)
		}
		documents = append(documents, document)
	}
}

// which returns the index of the document that a unary call gets.
func (f *fake) which(method protoreflect.MethodDescriptor, request proto.Message, documents []json.RawMessage) int {
	if fd := method.Input().Fields().ByName("page_token"); fd != nil {
		token := request.ProtoReflect().Get(fd).String()
		for i, document := range documents {
			if token != "" && bytes.Contains(document, fmt.Appendf(nil, `"next_page_token": %q`, token)) {
				return i + 1
			}
		}
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.calls[string(method.Name())]
	f.calls[string(method.Name())]++
	return min(n, len(documents)-1)
}

func answer(stream grpc.ServerStream, method protoreflect.MethodDescriptor, document json.RawMessage) error {
	var refusal struct{ Error json.RawMessage }
	if json.Unmarshal(document, &refusal) == nil && refusal.Error != nil {
		st := &statuspb.Status{}
		err := protojson.Unmarshal(refusal.Error, st)
		if err != nil {
			return status.Error(codes.Internal, err.Error())
		}
		return status.FromProto(st).Err()
	}
	message := newMessage(method.Output())
	err := protojson.Unmarshal(document, message)
	if err != nil {
		return status.Errorf(codes.Internal, "%s: %v", method.Name(), err)
	}
	return stream.SendMsg(message)
}

// sent returns the requests of a method since it was last asked, and forgets them.
func (f *fake) sent(method string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer delete(f.requests, method)
	return strings.Join(f.requests[method], "")
}

// methods that were called and not asked for.
func (f *fake) methods() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for name := range f.requests {
		names = append(names, name)
	}
	return names
}
