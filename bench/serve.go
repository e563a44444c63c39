package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// inProcess is the service in this process, so that what it commits can be
// seen; clients reach it over loopback.
type inProcess struct {
	db       *boltkv.DB
	register *store.Register
	server   *grpc.Server
	conns    []*grpc.ClientConn
}

// connections that the clients share, as many processes would have.
const connections = 8

func (b *bench) host(ctx context.Context) (*inProcess, error) {
	db, err := boltkv.Open(filepath.Join(b.data, "register.db"), boltkv.Options{})
	if err != nil {
		return nil, err
	}
	register, err := store.Open(ctx, db, make([]byte, audit.SaltBytes))
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, server.Options{Register: register, Backup: db, Key: make([]byte, 32), Dev: true})
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &inProcess{db: db, register: register, server: s.GRPC(nil)}
	go h.server.Serve(listener) //nolint:errcheck // ends with Stop
	for range connections {
		conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, err
		}
		h.conns = append(h.conns, conn)
	}
	return h, nil
}

func (h *inProcess) close() error {
	h.server.Stop()
	return h.db.Close()
}

// rank measures one rank in process against the usual way without counts.
func (b *bench) rank(ctx context.Context) (err error) {
	h, err := b.host(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	references := drawReferences(b.households)
	const rounds = 1_000_000
	began := time.Now()
	for i := range rounds {
		if _, ok := h.register.List().Position(references[i%len(references)]); !ok {
			return fmt.Errorf("%s is not on the list", references[i%len(references)])
		}
	}
	each := time.Since(began) / rounds
	b.tell("position in process (3 ranks)", each.String(), "see go test -bench Rank ./store/waitlist", "", "one rank ≤ 0.6 µs at 3M")
	return nil
}

func drawReferences(households int) []string {
	references := make([]string, 4096)
	for i := range references {
		references[i] = fmt.Sprintf("BENCH-%07d", rand.IntN(households))
	}
	return references
}

// position measures the position over gRPC against an empty health check.
func (b *bench) position(ctx context.Context) (err error) {
	h, err := b.host(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	references := drawReferences(b.households)
	queues := make([]eilev1.QueueServiceClient, connections)
	healths := make([]healthv1.HealthClient, connections)
	for i, conn := range h.conns {
		queues[i], healths[i] = eilev1.NewQueueServiceClient(conn), healthv1.NewHealthClient(conn)
	}
	of, base, ratio, err := b.compare(ctx, 64, func(ctx context.Context, client, n int) error {
		_, err := queues[client%connections].GetPosition(ctx, &eilev1.GetPositionRequest{Reference: references[(client*997+n)%len(references)]})
		return err
	}, func(ctx context.Context, client, _ int) error {
		_, err := healths[client%connections].Check(ctx, &healthv1.HealthCheckRequest{})
		return err
	})
	if err != nil {
		return err
	}
	b.tell("position over gRPC, 64 clients", fmt.Sprintf("%.0f /s", of), fmt.Sprintf("health check %.0f /s", base), fmt.Sprintf("%.2f ×", ratio), "≥ 0.85 ×")
	return nil
}

// write measures durable registrations against a raw bbolt.Batch of the same
// keys and values, in a store of the same size.
func (b *bench) write(ctx context.Context) (err error) {
	h, err := b.host(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	b.wrote = time.Now()
	clients := make([]eilev1.ApplicationServiceClient, connections)
	for i, conn := range h.conns {
		clients[i] = eilev1.NewApplicationServiceClient(conn)
	}
	register := func(ctx context.Context, client, _ int) error {
		_, err := clients[client%connections].RegisterApplication(ctx, &eilev1.RegisterApplicationRequest{
			Application: household("W-" + uuid.NewString()), RequestId: uuid.NewString(),
		})
		return err
	}
	raw, err := openRaw(filepath.Join(b.dir, "raw.db"), b.households)
	if err != nil {
		return err
	}
	h.db.Follow(raw.record)
	defer func() { err = errors.Join(err, raw.db.Close()) }()
	of, base, ratio, err := b.compare(ctx, 256, register, raw.write)
	if err != nil {
		return err
	}
	b.tell("durable write, 256 clients, gRPC", fmt.Sprintf("%.0f /s", of), fmt.Sprintf("raw bbolt.Batch %.0f /s", base), fmt.Sprintf("%.2f ×", ratio), "≥ 0.7 ×")
	return b.writeInProcess(ctx, h, raw)
}

// writeInProcess measures the same change without gRPC.
func (b *bench) writeInProcess(ctx context.Context, h *inProcess, raw *rawStore) error {
	update := func(ctx context.Context, _, _ int) error {
		id := uuid.NewString()
		stamp := store.Stamp{Now: time.Now(), ID: id, Actor: "bench", Action: "application.register", RequestID: id, RequestSum: make([]byte, 32)}
		_, _, err := h.register.Update(ctx, stamp, func(tx *store.Tx) error {
			application := household("P-" + id)
			application.Status = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
			tx.Subject(application.GetReference())
			tx.Result(application.GetReference())
			if err := store.Applications.Put(tx, application.GetReference(), application); err != nil {
				return err
			}
			return tx.Place(&eilev1.Placement{
				Reference: application.GetReference(), List: "general", NeedClass: "10 m²", OrderKey: []byte(id), Status: application.GetStatus(),
			})
		})
		return err
	}
	of, base, ratio, err := b.compare(ctx, 256, update, raw.write)
	if err != nil {
		return err
	}
	b.tell("durable write, 256, in process", fmt.Sprintf("%.0f /s", of), fmt.Sprintf("raw bbolt.Batch %.0f /s", base), fmt.Sprintf("%.2f ×", ratio), "≥ 0.7 ×")
	return nil
}

func household(reference string) *eilev1.Application {
	text := func(value string) *eilev1.Fact {
		return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: value}}
	}
	members := []*eilev1.Member{{
		Relation: eilev1.Relation_RELATION_SELF, Sex: eilev1.Sex_SEX_FEMALE, BirthDate: birth(1980),
	}, {
		Relation: eilev1.Relation_RELATION_CHILD, Sex: eilev1.Sex_SEX_MALE, BirthDate: birth(2015),
	}}
	return &eilev1.Application{
		Reference: reference, RegisteredAt: "2024-05-06T07:08:09Z", Household: &eilev1.Household{Members: members}, Districts: []string{"d01", "d30"},
		Attributes: map[string]*eilev1.Fact{
			"declared_residence": text("Vilnius"), "net_income_cents": text("300000"), "assets_cents": text("100000"),
			"declared_year": text(fmt.Sprint(time.Now().Year() - 1)), "owns_home": text("false"),
		},
	}
}

// rawStore is a bbolt file of the same size, written without anything of ours.
// It replays what the register committed in the round before, so that both
// write the very same keys and values.
type rawStore struct {
	db *bbolt.DB

	mu      sync.Mutex
	commits []kv.Commit
}

// record keeps a commit of the register to be replayed.
func (r *rawStore) record(commit kv.Commit) {
	r.mu.Lock()
	r.commits = append(r.commits, commit)
	r.mu.Unlock()
}

func (r *rawStore) next() (kv.Commit, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.commits) == 0 {
		return kv.Commit{}, false
	}
	commit := r.commits[0]
	r.commits = r.commits[1:]
	return commit, true
}

var rawBucket = []byte("raw")

func openRaw(path string, records int) (*rawStore, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true})
	if err != nil {
		return nil, err
	}
	value := make([]byte, 400)
	for from := 0; from < records; from += 10_000 {
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists(rawBucket)
			if err != nil {
				return err
			}
			for i := from; i < min(records, from+10_000); i++ {
				if err := bucket.Put(fmt.Appendf(nil, "a/BENCH-%07d", i), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	db.NoSync = false
	return &rawStore{db: db}, db.Sync()
}

// write replays one commit; io.EOF: there is none left.
func (r *rawStore) write(context.Context, int, int) error {
	commit, ok := r.next()
	if !ok {
		return io.EOF
	}
	return r.db.Batch(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(rawBucket)
		for _, write := range commit.Writes {
			if err := bucket.Put(write.Key, write.Value); err != nil {
				return err
			}
		}
		return nil
	})
}
