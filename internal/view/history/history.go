// Package history is the read model of all deployments that ended, made from the records
// that lanes send. A lane itself remembers only the last few.
package history

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/store"
	"slipway.dev/internal/view"
)

// Name is the view's.
const Name = "history"

// View gives the view.
func View() view.View {
	return view.View{
		Name: Name, Version: 1, Prefix: deploy.RecordID(""), Tables: []string{"view_history"},
		Create: []string{
			`CREATE TABLE view_history (deployment TEXT NOT NULL PRIMARY KEY, service TEXT NOT NULL, environment TEXT NOT NULL, requested BIGINT NOT NULL, ended BYTEA NOT NULL)`,
			`CREATE INDEX view_history_requested ON view_history (requested)`,
		},
		Apply: apply,
	}
}

const upsert = `INSERT INTO view_history (deployment, service, environment, requested, ended) VALUES ($1, $2, $3, $4, $5)` +
	` ON CONFLICT (deployment) DO UPDATE SET ended = excluded.ended`

func apply(ctx context.Context, tx store.Tx, entries []store.Entry) error {
	for _, e := range entries {
		if e.Type != deploy.EventEnded || e.Erased {
			continue
		}
		var d deploy.Ended
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("journal entry %d: %w", e.Seq, err)
		}
		if _, err := tx.ExecContext(ctx, upsert, d.Deployment, d.Service, d.Environment, d.Requested.UnixMicro(), []byte(e.Data)); err != nil {
			return err
		}
	}
	return nil
}

// Query selects deployments. Empty fields select all.
type Query struct {
	Service, Environment string
	Limit                int
}

const query = `SELECT ended FROM view_history WHERE ($1 = '' OR service = $1) AND ($2 = '' OR environment = $2) ORDER BY requested DESC, deployment DESC LIMIT $3`

// Find gives deployments that ended, latest request first.
func Find(ctx context.Context, s *store.Store, q Query) ([]deploy.Ended, error) {
	var list []deploy.Ended
	err := s.View(ctx, func(tx store.Tx) error {
		rows, err := tx.QueryContext(ctx, query, q.Service, q.Environment, q.Limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var raw []byte
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			var d deploy.Ended
			if err := json.Unmarshal(raw, &d); err != nil {
				return err
			}
			list = append(list, d)
		}
		return rows.Err()
	})
	return list, err
}
