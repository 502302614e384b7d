package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
)

// MaxWebhook is the largest webhook body that is read, in bytes. Callers bound what they
// read from the network by it.
const MaxWebhook = 10 << 20

// Kind says what a webhook is about.
type Kind string

// The kinds of webhooks.
const (
	KindPush  Kind = "push"
	KindPing  Kind = "ping"  // the forge tries whether the hook works
	KindOther Kind = "other" // a valid delivery that is of no interest
)

// Push is a webhook that was checked. But for Provider, Kind, ID and Delivery, it is
// empty unless Kind is KindPush.
type Push struct {
	Provider  string // "github", "gitlab" or "gitea"
	Kind      Kind
	ID        string   // the same if and only if the body is: for protection from replays
	Delivery  string   // the forge's name for the delivery, for its log and ours; not signed
	Ref       string   // "refs/heads/main"
	Branch    string   // "main"; empty for a tag
	Before    string   // commit; empty if the branch is new
	After     string   // commit; empty if the branch was deleted
	Deleted   bool     //
	CloneURLs []string // all addresses of the repository that the forge tells
}

// forge is how a provider sends webhooks. Gitea comes first: it sends GitHub's headers, too.
type forge struct {
	name, event, delivery string // headers
	check                 func(header http.Header, body, secret []byte) bool
	kinds                 map[string]Kind // by the event header
}

var forges = []forge{
	{"gitea", "X-Gitea-Event", "X-Gitea-Delivery", signedGitea, map[string]Kind{"push": KindPush, "ping": KindPing}},
	{"gitlab", "X-Gitlab-Event", "X-Gitlab-Event-UUID", tokenGitLab, map[string]Kind{"Push Hook": KindPush, "Tag Push Hook": KindPush}},
	{"github", "X-GitHub-Event", "X-GitHub-Delivery", signedGitHub, map[string]Kind{"push": KindPush, "ping": KindPing}},
}

// ParsePush checks a webhook of GitHub, GitLab or Gitea (or Forgejo) against the secret
// that it was set up with, and reads it. A signature that is wrong or missing is
// fault.Denied, and so is an empty secret; nothing of the body is looked at before.
func ParsePush(header http.Header, body, secret []byte) (Push, error) {
	if len(body) > MaxWebhook {
		return Push{}, fault.New(fault.TooLarge, "a webhook of over %d bytes", MaxWebhook)
	}
	i := slices.IndexFunc(forges, func(f forge) bool { return header.Get(f.event) != "" })
	if i < 0 {
		return Push{}, fault.New(fault.Invalid, "this is not a webhook of GitHub, GitLab or Gitea")
	}
	f := forges[i]
	if len(secret) == 0 || !f.check(header, body, secret) {
		return Push{}, fault.New(fault.Denied, "the webhook's signature is wrong or missing").
			WithHint("set the hook up in %s with the secret of the source", f.name)
	}
	sum := sha256.Sum256(body)
	p := Push{Provider: f.name, Kind: KindOther, ID: f.name + ":" + hex.EncodeToString(sum[:]), Delivery: clip(header.Get(f.delivery))}
	if kind, ok := f.kinds[header.Get(f.event)]; ok {
		p.Kind = kind
	}
	if p.Kind != KindPush {
		return p, nil
	}
	return readPush(p, body)
}

// Signed says whether a webhook is signed with a secret in the way of GitHub, GitLab or Gitea.
// With an empty secret none is.
func Signed(header http.Header, body, secret []byte) bool {
	return len(secret) > 0 && slices.ContainsFunc(forges, func(f forge) bool { return f.check(header, body, secret) })
}

func signedGitHub(header http.Header, body, secret []byte) bool {
	signature, ok := strings.CutPrefix(header.Get("X-Hub-Signature-256"), "sha256=")
	return ok && hmacMatches(signature, body, secret)
}

func signedGitea(header http.Header, body, secret []byte) bool {
	return hmacMatches(header.Get("X-Gitea-Signature"), body, secret)
}

func hmacMatches(signature string, body, secret []byte) bool {
	got, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}

// tokenGitLab compares hashes, so that not even the token's length shows in the time.
func tokenGitLab(header http.Header, _, secret []byte) bool {
	got, want := sha256.Sum256([]byte(header.Get("X-Gitlab-Token"))), sha256.Sum256(secret)
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// payload has the fields of all three forges; they do not contradict each other.
type payload struct {
	Ref        string `json:"ref"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Repository struct {
		CloneURL string `json:"clone_url"`    // GitHub, Gitea
		SSHURL   string `json:"ssh_url"`      // GitHub, Gitea
		GitURL   string `json:"git_url"`      // GitHub
		HTMLURL  string `json:"html_url"`     // GitHub, Gitea
		GitHTTP  string `json:"git_http_url"` // GitLab
		GitSSH   string `json:"git_ssh_url"`  // GitLab
		Homepage string `json:"homepage"`     // GitLab
	} `json:"repository"`
	Project struct {
		GitHTTP string `json:"git_http_url"`
		GitSSH  string `json:"git_ssh_url"`
		WebURL  string `json:"web_url"`
	} `json:"project"` // GitLab
}

func readPush(p Push, body []byte) (Push, error) {
	var in payload
	if err := json.Unmarshal(body, &in); err != nil {
		return Push{}, fault.New(fault.Invalid, "the webhook's body does not parse").
			WithHint("set its content type to application/json").Because(err)
	}
	branch, isBranch := strings.CutPrefix(in.Ref, "refs/heads/")
	if !strings.HasPrefix(in.Ref, "refs/") || isBranch && CheckBranch(branch) != nil {
		return Push{}, fault.New(fault.Invalid, "the webhook is about %q, which is not a branch or a tag", clip(in.Ref))
	}
	var err1, err2 error
	p.Before, err1 = commitOrNone(in.Before)
	p.After, err2 = commitOrNone(in.After)
	if err1 != nil || err2 != nil {
		return Push{}, fault.New(fault.Invalid, "the webhook names commits %q and %q, which are no commit IDs", clip(in.Before), clip(in.After))
	}
	p.Ref, p.Deleted = clip(in.Ref), p.After == ""
	if isBranch {
		p.Branch = branch
	}
	r, j := in.Repository, in.Project
	for _, address := range []string{r.CloneURL, r.SSHURL, r.GitURL, r.HTMLURL, r.GitHTTP, r.GitSSH, r.Homepage, j.GitHTTP, j.GitSSH, j.WebURL} {
		if address != "" && CheckURL(address) == nil && !slices.Contains(p.CloneURLs, address) {
			p.CloneURLs = append(p.CloneURLs, address)
		}
	}
	return p, nil
}

// commitOrNone reads a commit ID; all zeros is none.
func commitOrNone(id string) (string, error) {
	if strings.Trim(id, "0") == "" && id != "" {
		return "", nil
	}
	return id, CheckCommit(id)
}

// clip bounds what a sender may make us show.
func clip(s string) string {
	return strings.Map(printable, s[:min(len(s), 200)])
}

// IsAbout says whether the push is to the repository that a source watches, by comparing
// host and path of their addresses, whatever the transport.
func (p Push) IsAbout(r Remote) bool {
	return p.Branch == r.Branch && slices.ContainsFunc(p.CloneURLs, func(address string) bool {
		return place(address) != "" && place(address) == place(r.URL)
	})
}
