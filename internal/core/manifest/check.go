package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

const maxDuration = 365 * 24 * time.Hour

// parseDuration is time.ParseDuration with days.
func parseDuration(s string) (time.Duration, error) {
	var sum time.Duration
	for {
		number, rest, ok := strings.Cut(s, "d")
		if !ok {
			break
		}
		hours, err := time.ParseDuration(number + "h")
		if err != nil {
			return 0, err
		}
		if sum += 24 * hours; hours > maxDuration || sum > maxDuration {
			return 0, errors.New("more than 365 days")
		}
		s = rest
	}
	if s == "" {
		return sum, nil
	}
	d, err := time.ParseDuration(s)
	return sum + d, err
}

func checkDuration(s string) error {
	d, err := parseDuration(s)
	if err != nil || d > maxDuration {
		return errors.New("longer than 365 days, or its units are not in the order d, h, m, s, ms")
	}
	return nil
}

func checkCPU(s string) error {
	if CPU(s).Cores() <= 0 {
		return errors.New("it is 0")
	}
	return nil
}

func checkEnvName(s string) error {
	if s == "PORT" || strings.HasPrefix(s, "SLIPWAY_") {
		return errors.New("PORT and names that begin with SLIPWAY_ are set by slipway")
	}
	return nil
}

func checkPath(s string) error {
	for part := range strings.SplitSeq(s, "/") {
		if part == ".." || part == "." && s != "." {
			return errors.New(`"." and ".." are not allowed in it`)
		}
	}
	return nil
}

func checkRef(s string) error {
	if strings.Contains(s, "..") || strings.HasSuffix(s, ".lock") || strings.HasSuffix(s, ".") {
		return errors.New("git does not allow such a name")
	}
	return nil
}

func checkRE(s string) error {
	if _, err := regexp.Compile(s); err != nil {
		return fmt.Errorf("it is not a regular expression: %w", err)
	}
	return nil
}

func checkJQ(s string) error {
	q, err := gojq.Parse(s)
	if err == nil {
		_, err = gojq.Compile(q)
	}
	if err != nil {
		return fmt.Errorf("it is not a jq expression: %w", err)
	}
	return nil
}

// checker is a type whose fields depend on one another. Fields with problems of their own
// are zero.
type checker interface{ check(spot) }

func (s Service) check(at spot) {
	if s.Workflow != nil {
		s.checkWorkflow(at)
	}
	if s.Build != nil && !at.has("run", "command") {
		at.in("run").say("command is missing: what is built here must also say how it is started, like command: [./app]")
	}
	if s.Image != "" && s.Source.Path != "" {
		at.in("source").in("path").say("path is of no use with an image, which is not built here")
	}
	checkSecretNames(at, s.Config, s.Secrets)
	checkRoutes(at.in("routes"), s.Routes)
}

func (c SmokeCheck) check(at spot) {
	for _, name := range []string{"name", "timeout"} {
		if c.Workflow != "" && at.has(name) {
			at.in(name).say("a workflow has its own `%s`; leave it out", name)
		}
	}
}

func (o Override) check(at spot) {
	checkSecretNames(at, o.Config, o.Secrets)
	checkRoutes(at.in("routes"), o.Routes)
}

// checkSecretNames finds variables that would be set twice.
func checkSecretNames(at spot, config map[EnvName]Text, secrets map[EnvName]From) {
	for name := range secrets {
		if _, twice := config[name+"_FILE"]; twice {
			at.in("config").in(string(name)+"_FILE").say("%s_FILE is where the path of secret %s will be; give one of them another name", name, name)
		}
	}
}

func checkRoutes(at spot, routes []Route) {
	for i, r := range routes {
		for _, earlier := range routes[:i] {
			if r.Host != "" && r.Place() == earlier.Place() {
				at.item(i).say("the route %s is there twice", r.Place())
			}
		}
	}
}

// Place gives host and path as one text that is the same for the same place.
func (r Route) Place() string {
	return string(r.Host) + strings.TrimRight("/"+strings.Trim(string(r.Path), "/"), "/") + "/"
}

func (c HTTPCheck) check(at spot) {
	if c.Head != "" && (c.Match != "" || c.JQ != "") {
		at.in("head").say("an answer to HEAD has no body that could match")
	}
	if (c.Get != "" || c.Head != "") && c.Body != "" {
		at.in("body").say("a GET or HEAD request has no body; use post, put, patch or delete")
	}
}

// Expand gives the public host of a service in an environment. Any host stays any host.
func (h HostPattern) Expand(environment Name, host Host) string {
	if host == "*" {
		return "*"
	}
	if h == "" {
		h = "{environment}.{host}"
	}
	return strings.NewReplacer("{environment}", string(environment), "{host}", string(host)).Replace(string(h))
}

// CheckName says what is wrong with a name of a resource, source or secret.
func CheckName(s string) error {
	if r := rules["Name"]; len(s) > r.max || !r.fits(s) {
		return fmt.Errorf("%q is not %s, of at most %d characters", short(s), r.what, r.max)
	}
	return nil
}
