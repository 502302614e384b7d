package cli

import (
	"context"
	"fmt"
	"io"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
)

// proposals gives the resources of which a change must be approved, or was refused.
func proposals(ctx context.Context, c *client.Client) ([]model.Resource, error) {
	var out []model.Resource
	for _, kind := range manifest.Kinds() {
		if !config.Governs(kind) {
			continue
		}
		list, err := c.Resources(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.Proposed != nil || r.Refused != nil {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// waiting writes a line for each change that is not in force.
func (s *session) waiting(w io.Writer, list []model.Resource) {
	paint := s.paint(w)
	for i, r := range list {
		if i == 0 {
			fmt.Fprintln(w)
		}
		if p := r.Proposed; p != nil {
			fmt.Fprintf(w, "%s %s %s: %s\n", paint("yellow", p.Action), clean(r.Kind), clean(r.Name), clean(p.Text))
			continue
		}
		fmt.Fprintf(w, "%s %s %s: not in force: %s\n", paint("red", r.Refused.Action), clean(r.Kind), clean(r.Name), clean(r.Refused.Text))
	}
}
