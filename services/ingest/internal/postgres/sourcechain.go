package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/signing"
)

// RecordStatements implements ingest.Store.
func (s *Store) RecordStatements(ctx context.Context, member string, statements []*signing.Signed, now time.Time) error {
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		if err := dbsqlc.New(tx).LockChains(ctx, member); err != nil {
			return wrapped("lock chains", err)
		}
		return linkStatements(ctx, tx, statements, now)
	})
	return failed("record statements", err)
}

// linkStatements takes statements into the chains of their sources: one look at all, one fold a source. The
// chains of their members are locked.
func linkStatements(ctx context.Context, tx pgx.Tx, statements []*signing.Signed, now time.Time) error {
	if len(statements) == 0 {
		return nil
	}
	links := make([]ingest.Link, len(statements))
	for i, s := range statements {
		links[i] = ingest.LinkOf(s)
	}
	// In the order of their numbers, so that what came together makes no gaps among itself.
	slices.SortFunc(links, func(a, b ingest.Link) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.First, b.First))
	})
	chains, err := readChains(ctx, tx, links)
	if err != nil {
		return err
	}
	var read []uuid.UUID
	for _, c := range chains {
		for _, g := range c.Missing {
			read = append(read, g.ID)
		}
	}
	for _, l := range links {
		chains[l.Source].Add(l, now)
	}
	return writeChains(ctx, tx, chains, read)
}

func readChains(ctx context.Context, tx pgx.Tx, links []ingest.Link) (map[string]*ingest.SourceChain, error) {
	q := dbsqlc.New(tx)
	chains := make(map[string]*ingest.SourceChain)
	asked := dbsqlc.NeighbourStatementsParams{}
	var sources []string
	for _, l := range links {
		if chains[l.Source] == nil {
			chains[l.Source] = &ingest.SourceChain{}
			sources = append(sources, l.Source)
		}
		asked.Sources = append(asked.Sources, l.Source)
		asked.Firsts = append(asked.Firsts, int64(l.First))
		asked.Lasts = append(asked.Lasts, int64(l.Last))
	}
	ends, err := q.ChainEnds(ctx, sources)
	if err != nil {
		return nil, wrapped("read the ends of chains", err)
	}
	for _, e := range ends {
		chains[e.Source].Next = uint64(e.Next)
	}
	known, err := q.NeighbourStatements(ctx, asked)
	if err != nil {
		return nil, wrapped("read statements", err)
	}
	for _, k := range known {
		c := chains[k.Source]
		c.Known = append(c.Known, ingest.Link{
			Source: k.Source, First: uint64(k.FirstSequence), Last: uint64(k.LastSequence),
			Hash: ingest.Hash(k.Hash), Previous: ingest.Hash(k.Previous), Statement: k.Statement,
		})
	}
	missing, err := q.MissingRuns(ctx, dbsqlc.MissingRunsParams(asked))
	if err != nil {
		return nil, wrapped("read missing runs", err)
	}
	for i := range missing {
		c := chains[missing[i].Source]
		c.Missing = append(c.Missing, toGap(&missing[i]))
	}
	return chains, nil
}

// writeChains stores what is new and, for the missing runs that were read, what is left of them.
func writeChains(ctx context.Context, tx pgx.Tx, chains map[string]*ingest.SourceChain, read []uuid.UUID) error {
	q := dbsqlc.New(tx)
	added := dbsqlc.InsertStatementsParams{}
	var gaps []ingest.Gap
	for _, c := range chains {
		for _, l := range c.Added {
			added.Sources = append(added.Sources, l.Source)
			added.Lasts = append(added.Lasts, int64(l.Last))
			added.Hashes = append(added.Hashes, l.Hash[:])
			added.Members = append(added.Members, l.Member)
			added.Firsts = append(added.Firsts, int64(l.First))
			added.Previous = append(added.Previous, l.Previous[:])
			added.Statements = append(added.Statements, l.Statement)
		}
		gaps = append(gaps, c.Missing...)
		gaps = append(gaps, c.Forks...)
	}
	if len(added.Sources) == 0 {
		return nil
	}
	if err := q.InsertStatements(ctx, added); err != nil {
		return wrapped("insert statements", err)
	}
	if err := q.DeleteGaps(ctx, read); err != nil {
		return wrapped("delete missing runs", err)
	}
	for _, g := range gaps { // few: a source whose batches come in order has none
		if err := insertGap(ctx, q, g); err != nil {
			return err
		}
	}
	return nil
}

func insertGap(ctx context.Context, q *dbsqlc.Queries, g ingest.Gap) error {
	id, err := uuid.NewV7()
	if err != nil {
		return wrapped("make an id", err)
	}
	statements := g.Statements
	if statements == nil {
		statements = [][]byte{}
	}
	return wrapped("insert a gap", q.InsertGap(ctx, dbsqlc.InsertGapParams{
		ID: id, Member: g.Member, Source: g.Source, Kind: string(g.Kind), FirstSequence: int64(g.First), LastSequence: int64(g.Last),
		DetectedAt: g.DetectedAt, Statements: statements,
	}))
}

// ListGaps implements ingest.TenantReader.
func (s *Store) ListGaps(ctx context.Context, member string, after uuid.UUID, limit int) ([]ingest.Gap, error) {
	var gaps []ingest.Gap
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).ListGaps(ctx, dbsqlc.ListGapsParams{Member: member, After: after, Page: int32(limit)})
		for i := range rows {
			gaps = append(gaps, toGap(&rows[i]))
		}
		return err
	})
	return gaps, failed("list gaps", err)
}

func toGap(row *dbsqlc.SourceGap) ingest.Gap {
	return ingest.Gap{
		ID: row.ID, Member: row.Member, Source: row.Source, Kind: ingest.GapKind(row.Kind), First: uint64(row.FirstSequence), Last: uint64(row.LastSequence),
		DetectedAt: row.DetectedAt, Statements: row.Statements,
	}
}
