package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"slipway.dev/client"
	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
)

// session is one run of a command: where it reads and writes, and what the flags that all
// commands have say.
type session struct {
	in  io.Reader
	out *sink
	err io.Writer
	env func(string) string
	now func() time.Time

	data, socket, server, tokenFile string
	output                          string // table, json or yaml
}

func (s *session) flags(f *pflag.FlagSet) {
	f.StringVar(&s.data, "data", defaultData(s.env), "data directory of the control plane ($SLIPWAY_DATA)")
	f.StringVar(&s.socket, "socket", s.env("SLIPWAY_SOCKET"), "the control plane's socket, if not in the data directory ($SLIPWAY_SOCKET)")
	f.StringVar(&s.server, "server", s.env("SLIPWAY_SERVER"), "a control plane's address instead, e.g. https://slipway.example ($SLIPWAY_SERVER)")
	f.StringVar(&s.tokenFile, "token-file", s.env("SLIPWAY_TOKEN_FILE"), "file with a token to act with; or give it in $SLIPWAY_TOKEN ($SLIPWAY_TOKEN_FILE)")
	f.StringVarP(&s.output, "output", "o", "table", "how to print: table, json or yaml")
}

// defaultData is where a control plane keeps its data if nobody says otherwise.
func defaultData(env func(string) string) string {
	if d := env("SLIPWAY_DATA"); d != "" {
		return d
	}
	if os.Geteuid() == 0 {
		return "/var/lib/slipway"
	}
	if d := env("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "slipway")
	}
	return filepath.Join(env("HOME"), ".local", "share", "slipway")
}

// prepare checks the flags that all commands have.
func (s *session) prepare() error {
	switch s.output {
	case "table", "json", "yaml":
	default:
		return fault.New(fault.Invalid, "there is no output %q", s.output).WithHint("use -o table, json or yaml")
	}
	if s.socket == "" {
		abs, err := filepath.Abs(s.data)
		if err != nil {
			return err
		}
		s.socket = app.Dirs{Root: abs}.Socket()
	}
	return nil
}

// connect gives a client of the control plane that the flags name.
func (s *session) connect() (*client.Client, error) {
	token := s.env("SLIPWAY_TOKEN")
	if s.tokenFile != "" {
		raw, err := os.ReadFile(s.tokenFile)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the token file cannot be read").Because(err)
		}
		token = strings.TrimSpace(string(raw))
	}
	if token == "" { // a token was meant for this; a session is there from before
		k, _ := s.kept()
		token = k.Value
	}
	if token == "" && s.server != "" {
		return nil, fault.New(fault.Invalid, "nobody is signed in at %s", s.server).
			WithHint("slipway login %s; or name the file that holds a token with --token-file", s.server)
	}
	return client.New(s.place(token))
}

// calling makes a verb of what is done with a client of the control plane.
func (s *session) calling(f func(ctx context.Context, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := s.connect()
		if err != nil {
			return err
		}
		return f(cmd.Context(), c, args)
	}
}

// log is the program's own log, for the verbs that are a server.
func (s *session) log(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}

// sink remembers that something could not be written, so that a full disk is not taken for
// success.
type sink struct {
	io.Writer
	err error
}

func (k *sink) Write(b []byte) (int, error) {
	n, err := k.Writer.Write(b)
	if k.err == nil {
		k.err = err
	}
	return n, err
}

// file is the file that a stream is, or nil.
func file(stream any) *os.File {
	if k, ok := stream.(*sink); ok {
		stream = k.Writer
	}
	f, _ := stream.(*os.File)
	return f
}

// terminal says whether a stream is a terminal.
func terminal(stream any) bool {
	f := file(stream)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// width is the number of columns of a stream, or 0 if it is not a terminal.
func width(stream any) int {
	if f := file(stream); f != nil {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

// colored says whether to write colours to a stream.
func (s *session) colored(stream any) bool {
	return terminal(stream) && s.env("NO_COLOR") == "" && s.env("TERM") != "dumb"
}
