package manifest

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The scalars. They are kept as they were written, which "" says is not at all; their
// methods give the value. What each may be is its rule.
type (
	Name        string // of a resource: a DNS label
	Text        string // any text; a number or a boolean is taken as it is written
	Duration    string // "1m30s"
	Size        string // "128Mi"
	CPU         string // cores: "0.5" or "500m"
	Percent     string // "5%"
	EnvName     string // of an environment variable
	FileName    string // of a config file; may have folders
	Path        string // below a repository or artifact
	Ref         string // a git branch
	Host        string // "shop.localhost" or "*"
	HostPattern string // "{environment}.{host}"
	URLPath     string // "/orders"
	Header      string // name of an HTTP header
	RE          string // regular expression (RE2)
	JQ          string // jq expression
	Image       string // OCI reference with tag or digest
	Email       string
	Weekdays    string // "mon-thu, sat"
	Clock       string // "16:00"; "24:00" is the end of the day
	Zone        string // IANA time zone
	Moment      string // RFC 3339, or local without an offset
	CEL         string // expression in CEL
	Tell        string // "onCall", "members", "team:ops", "onCall:ops" or "person:ada"
	URL         string // "https://example.com/hook"
	Server      string // "mail.example.com:587"
	Request     string // "POST /orders/{id}"
	Metric      string // name of a metric: "orders_total"
	PromQL      string // expression in PromQL, with [window] for the time
	Money       string // "0.40 EUR"
	Rate        string // "200/s"
	Number      string // "1.5"
)

// rule is what a scalar may be. Pattern holds for parser and schema; check says what a
// pattern cannot.
type rule struct {
	what    string // "a name like \"box-office\": …", for the error
	pattern string
	max     int  // longest length in bytes; 0: 1 MB
	number  bool // a number may be written without quotes
	date    bool // so may a date with a time
	any     bool // so may a boolean and whatever else is a scalar
	check   func(string) error

	compiled *regexp.Regexp    // of pattern
	fast     func(string) bool // says the same as the pattern, sooner; nil: there is none
}

// fits says whether a text has the pattern.
func (r *rule) fits(s string) bool {
	if r.fast != nil {
		return r.fast(s)
	}
	return r.compiled == nil || r.compiled.MatchString(s)
}

const label = `[a-z0-9]([a-z0-9-]*[a-z0-9])?`

var rules = withPatterns(map[string]*rule{
	"Name":     {what: `a name of lower-case letters, digits and hyphens that begins with a letter, like "box-office"`, pattern: `^[a-z]([a-z0-9-]*[a-z0-9])?$`, max: 63, fast: isName},
	"Text":     {what: "text", any: true},
	"string":   {what: "text"},
	"Duration": {what: `a time with a unit (ms, s, m, h, d), like "30s" or "1m30s"`, pattern: `^([0-9]+(\.[0-9]+)?(ms|s|m|h|d))+$`, max: 20, check: checkDuration, fast: isDuration},
	"Size":     {what: `a size with a unit (k, M, G, Ki, Mi, Gi), like "128Mi"`, pattern: `^[1-9][0-9]{0,8}(k|M|G|Ki|Mi|Gi)$`},
	"CPU":      {what: `a number of cores above 0, like "0.5" or "500m"`, pattern: `^((0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?|[1-9][0-9]{0,5}m)$`, number: true, check: checkCPU},
	"Percent":  {what: `a percentage from 0% to 100%, like "5%"`, pattern: `^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$`, max: 12},
	"EnvName":  {what: `a variable's name of letters, digits and underscores that does not begin with a digit, like "LOG_LEVEL"`, pattern: `^[A-Za-z_][A-Za-z0-9_]*$`, max: 200, check: checkEnvName},
	"FileName": {what: `a file name like "app.ini" or "conf.d/app.ini"`, pattern: `^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`, max: 200},
	"Path":     {what: `a path below the root without "..", like "services/tickets"`, pattern: `^(\.|[^/\\]+(/[^/\\]+)*)$`, max: 500, check: checkPath},
	"Ref":      {what: `a branch, like "main"`, pattern: `^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`, max: 200, check: checkRef},
	"Host":     {what: `a host name in lower case, like "shop.localhost", or "*"`, pattern: `^(\*|` + label + `(\.` + label + `)*)$`, max: 200},
	"HostPattern": {what: `a host name with {host} in it, and perhaps {environment}, like "{environment}.{host}"`,
		pattern: `^((` + label + `|\{environment\})[.-])*\{host\}$`, max: 200},
	"URLPath": {what: `a path that begins with "/", like "/orders"`, pattern: `^/[^\s#]*$`, max: 1000},
	"Header":  {what: `a header's name, like "Content-Type"`, pattern: `^[A-Za-z0-9-]+$`, max: 100},
	"RE":      {what: `a regular expression`, max: 2000, check: checkRE},
	"JQ":      {what: `a jq expression`, max: 2000, check: checkJQ},
	"Image": {what: `an image with a tag or digest, like "registry.example.com/shop/tickets:1.4"`,
		pattern: `^[a-z0-9][a-zA-Z0-9.-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*@sha256:[0-9a-f]{64})$`, max: 500},
	"Email": {what: `an address like "ada@example.com"`, pattern: `^[^@\s]+@[^@\s]+$`, max: 200},
	"Weekdays": {what: `days (mon, tue, wed, thu, fri, sat, sun) and ranges of them, like "mon-thu, sat"`,
		pattern: `^` + daySpan + `( *, *` + daySpan + `)*$`, max: 100},
	"Clock": {what: `a time of day from "00:00" to "24:00", like "16:00"`, pattern: `^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`},
	"Zone":  {what: `a time zone like "Europe/Berlin" or "UTC"`, pattern: `^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$`, max: 60, check: checkZone},
	"Moment": {what: `a time like "2026-12-20T18:00" (in the zone) or "2026-12-20T18:00:00+01:00"`,
		pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?$`, date: true, check: checkMoment},
	"CEL": {what: `an expression in CEL`, max: 2000, check: checkCEL},
	"Tell": {what: `one of onCall, members, team:NAME, onCall:NAME and person:NAME`,
		pattern: `^(onCall|members|(team|onCall|person):[a-z]([a-z0-9-]*[a-z0-9])?)$`, max: 80},
	"URL":     {what: `an address like "https://example.com/hook"`, pattern: `^https?://[^\s/?#@]+(/[^\s#]*)?$`, max: 2000, check: checkURL},
	"Request": {what: `a method and a path, like "POST /orders/{id}"`, pattern: `^([A-Z]+ +)?/[^\s#?]*$`, max: 500, check: checkRequest, fast: isRequest},
	"Metric":  {what: `a metric's name, like "orders_total"`, pattern: `^[a-zA-Z_:][a-zA-Z0-9_:]*$`, max: 200},
	"PromQL":  {what: `an expression in PromQL with [window] in it`, pattern: `\[window\]`, max: 2000},
	"Money":   {what: `an amount and a currency, like "0.40 EUR"`, pattern: `^[0-9]{1,12}(\.[0-9]{1,6})? [A-Z]{3}$`, max: 30},
	"Rate":    {what: `so many in a second, minute, hour or day, like "200/s"`, pattern: `^[0-9]{1,9}(\.[0-9]{1,3})?/(s|m|h|d)$`, max: 20},
	"Number":  {what: `a number from 1 to 1000, like 1.5`, pattern: `^(1000|[1-9][0-9]{0,2}(\.[0-9]{1,6})?)$`, max: 20, number: true},
	"Server":  {what: `a server and its port, like "mail.example.com:587"`, pattern: `^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[1-9][0-9]{0,4}$`, max: 260},
})

const (
	oneDay  = `(mon|tue|wed|thu|fri|sat|sun)`
	daySpan = oneDay + `(-` + oneDay + `)?`
)

func withPatterns(rules map[string]*rule) map[string]*rule {
	for _, r := range rules {
		if r.pattern != "" {
			r.compiled = regexp.MustCompile(r.pattern)
		}
	}
	return rules
}

// ruleOf gives the rule of the scalars that are, however deep, in a type; nil: none are.
func ruleOf(t reflect.Type) *rule {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return ruleOf(t.Elem())
	case reflect.String:
		return rules[t.Name()]
	}
	return nil
}

// Value is 0 for "".
func (d Duration) Value() time.Duration {
	v, _ := parseDuration(string(d))
	return v
}

// Or gives the value, or another one if it is not set.
func (d Duration) Or(other time.Duration) time.Duration {
	if d == "" {
		return other
	}
	return d.Value()
}

// Bytes is 0 for "".
func (s Size) Bytes() int64 {
	digits := strings.TrimRight(string(s), "kKMGi")
	n, _ := strconv.ParseInt(digits, 10, 64)
	switch string(s)[len(digits):] {
	case "k":
		return n * 1000
	case "M":
		return n * 1000 * 1000
	case "G":
		return n * 1000 * 1000 * 1000
	case "Ki":
		return n << 10
	case "Mi":
		return n << 20
	case "Gi":
		return n << 30
	}
	return n
}

// Cores is 0 for "".
func (c CPU) Cores() float64 {
	if milli, ok := strings.CutSuffix(string(c), "m"); ok {
		n, _ := strconv.ParseFloat(milli, 64)
		return n / 1000
	}
	n, _ := strconv.ParseFloat(string(c), 64)
	return n
}

// Share is from 0 to 1; 0 for "".
func (p Percent) Share() float64 {
	if p == "" {
		return 0
	}
	return number(strings.TrimSuffix(string(p), "%") + "e-2") // 99.9% is 0.999, and 99.9/100 is a bit more
}

// Amount is the number of a sum of money, and its currency; 0 and "" for "".
func (m Money) Amount() (float64, string) {
	sum, currency, _ := strings.Cut(string(m), " ")
	return number(sum), currency
}

// PerSecond is 0 for "".
func (r Rate) PerSecond() float64 {
	times, unit, _ := strings.Cut(string(r), "/")
	return number(times) / secondsOf[unit]
}

var secondsOf = map[string]float64{"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}

// Float is 0 for "".
func (n Number) Float() float64 { return number(string(n)) }

// number is 0 for what is none. To be told so by strconv takes long for "", which most are.
func number(s string) float64 {
	if s == "" {
		return 0
	}
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
