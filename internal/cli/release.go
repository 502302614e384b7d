package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newRelease(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "release", Short: "List, show, and rebuild releases",
		Long: `A release is a service at a commit, with the artifact that was built of it. It never
changes. Releases come from the repositories that are watched (slipway source).`,
		Example: `  slipway release list tickets
  slipway release show tickets 3f2a91c`,
	}, releaseList(s), releaseShow(s), releaseRevoke(s),
		releaseVerb(s, "retry", "Build a release again", "Retry builds a release again: one whose build failed or was cancelled, or whose artifact is lost.",
			(*client.Client).RetryBuild),
		releaseVerb(s, "cancel", "Stop a release's build", "Cancel stops a build under way. The release can be built later with retry.",
			(*client.Client).CancelBuild))
}

func releaseList(s *session) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "list SERVICE", Short: "List a service's releases, latest first",
		Long: "List shows a service's releases, latest first, and whether each was built, or revoked.",
		Example: `  slipway release list tickets
  slipway release list tickets -o json | jq -r '.[0].artifact'`,
		Args: exactly("SERVICE"), ValidArgsFunction: s.complete(services),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			list, err := c.Releases(ctx, args[0], limit)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				t := s.table("RELEASE", "STATUS", "COMMIT", "AUTHOR", "CREATED", "BUILD", "SIZE", "SUBJECT")
				for _, r := range list {
					t.colored(1, r.ID, releaseStatus(r), short(r.Commit), orDash(person(r.Author)), s.ago(r.CreatedAt), seconds(r.BuildSeconds), bytesText(r.Size), r.Subject)
				}
				t.write(w)
			})
		}),
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many at most")
	return cmd
}

// releaseStatus is how a release's build went, or that it may go in nowhere any more.
func releaseStatus(r model.Release) string {
	if r.Revoked != "" {
		return "revoked"
	}
	return r.Status
}

// marked is a release's name, with a mark if it was revoked.
func marked(release, revoked string) string {
	if revoked != "" {
		return release + " (revoked)"
	}
	return release
}

// person is the name in "Ada <ada@example.com>".
func person(author string) string {
	name, _, _ := strings.Cut(author, " <")
	return name
}

func releaseShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show SERVICE RELEASE", Short: "Show a release",
		Long:    "Show tells where a release comes from, how its build went, and the digests of its artifact and provenance.",
		Example: `  slipway release show tickets 3f2a91c`,
		Args:    exactly("SERVICE", "RELEASE"), ValidArgsFunction: s.complete(services, releases),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			r, err := c.Release(ctx, args[0], args[1])
			if err != nil {
				return err
			}
			return s.print(r, func(w io.Writer) { s.showRelease(w, r) })
		}),
	}
}

func (s *session) showRelease(w io.Writer, r model.Release) {
	paint := s.paint(w)
	status := releaseStatus(r)
	fmt.Fprintf(w, "%s  %s\n", paint("bold", clean(r.Service+" "+r.ID)), paint(statusColor(status), clean(status)))
	for _, f := range [][2]string{
		{"subject", r.Subject}, {"author", r.Author}, {"source", r.Source}, {"commit", r.Commit},
		{"committed", date(r.CommittedAt)}, {"created", date(r.CreatedAt)}, {"artifact", r.Artifact},
		{"size", strings.TrimSuffix(bytesText(r.Size), "-")}, {"provenance", r.Provenance}, {"error", r.Error},
		{"revoked", r.Revoked}, {"revoked by", r.RevokedBy},
	} {
		if f[1] != "" {
			fmt.Fprintf(w, "  %-11s %s\n", f[0], clean(f[1]))
		}
	}
	for _, env := range slices.Sorted(maps.Keys(r.Problems)) {
		fmt.Fprintf(w, "  %-11s does not go in: %s\n", clean(env), clean(r.Problems[env]))
	}
	if r.Status == "failed" {
		fmt.Fprintf(w, "  see why: slipway logs %s --release %s\n", clean(r.Service), clean(r.ID))
	}
}

// date is a time as a person reads it, in the local zone.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

func releaseVerb(s *session, verb, summary, long string, do func(*client.Client, context.Context, string, string) (model.Receipt, error)) *cobra.Command {
	return &cobra.Command{
		Use: verb + " SERVICE RELEASE", Short: summary, Long: long,
		Example: "  slipway release " + verb + " tickets 3f2a91c",
		Args:    exactly("SERVICE", "RELEASE"), ValidArgsFunction: s.complete(services, releases),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			receipt, err := do(c, ctx, args[0], args[1])
			if err != nil {
				return err
			}
			return s.requested(receipt, verb+" of release "+args[1]+" of "+args[0])
		}),
	}
}
