package edge

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"

	"slipway.dev/internal/wire/edgewire"
)

// What a table may have at most, so that a mistake does not take the machine's memory.
const (
	maxServices  = 10_000
	maxGroups    = 64
	maxInstances = 1_000
	maxWeight    = 10_000
)

var (
	nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)
	idForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:@+/-]{0,254}$`)
)

// validate finds all that is wrong with a table but its routes, which compile checks.
func validate(t edgewire.Table) error {
	var errs []error
	if t.Epoch < 0 || t.Generation < 0 {
		errs = append(errs, fmt.Errorf("epoch %d, generation %d: must not be negative", t.Epoch, t.Generation))
	}
	l := t.Limits
	if l.Connections < 0 || l.InFlight < 0 || l.Body < 0 || l.Header < 0 || l.ReadTimeout < 0 || l.WriteTimeout < 0 {
		errs = append(errs, errors.New("limits: must not be negative"))
	}
	if len(t.Services) > maxServices {
		return fmt.Errorf("%d services; at most %d", len(t.Services), maxServices)
	}
	seen := map[string]bool{}
	for i, s := range t.Services {
		if err := validateService(s, seen); err != nil {
			errs = append(errs, fmt.Errorf("services[%d] (%.60s in %.60s): %w", i, s.Name, s.Environment, err))
		}
	}
	return errors.Join(errs...)
}

// validateService checks one. seen has what must be there only once in the whole table.
func validateService(s edgewire.Service, seen map[string]bool) error {
	var errs []error
	once := func(kind, id string) {
		if seen[kind+id] {
			errs = append(errs, fmt.Errorf("%s %.80s is there twice", kind, id))
		}
		seen[kind+id] = true
	}
	if !nameForm.MatchString(s.Name) || !nameForm.MatchString(s.Environment) {
		errs = append(errs, errors.New("name and environment must be lower-case letters, digits, dots and dashes"))
	}
	once("service ", serviceKey(s.Environment, s.Name))
	if s.IdleTimeout < 0 || s.Timeout < 0 {
		errs = append(errs, errors.New("timeouts must not be negative"))
	}
	if err := validateSticky(s); err != nil {
		errs = append(errs, err)
	}
	if len(s.Groups) > maxGroups {
		return fmt.Errorf("%d groups; at most %d", len(s.Groups), maxGroups)
	}
	for _, g := range s.Groups {
		if g.Weight < 0 || g.Weight > maxWeight {
			errs = append(errs, fmt.Errorf("group %.60s: weight %d is not within 0 and %d", g.Deployment, g.Weight, maxWeight))
		}
		if len(g.Instances) > maxInstances {
			return fmt.Errorf("group %.60s: %d instances; at most %d", g.Deployment, len(g.Instances), maxInstances)
		}
		if len(g.Release) > 255 || len(g.Deployment) > 255 {
			errs = append(errs, errors.New("release and deployment have at most 255 bytes"))
		}
		for _, in := range g.Instances {
			if !idForm.MatchString(in.ID) {
				errs = append(errs, fmt.Errorf("instance %.60q: not an identity", in.ID))
			}
			once("instance ", in.ID)
			if err := validateAddress(in.Address); err != nil {
				errs = append(errs, fmt.Errorf("instance %.60s: %w", in.ID, err))
			}
		}
	}
	return errors.Join(errs...)
}

func validateAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("address %.80q is not host:port", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("address %.80q: not a port number", address)
	}
	if net.ParseIP(host) == nil && !nameForm.MatchString(host) {
		return fmt.Errorf("address %.80q: not an IP address or host name", address)
	}
	return nil
}
