package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sign"
)

// verified is what `slipway verify` tells of a statement.
type verified struct {
	Valid         bool            `json:"valid"`
	Key           string          `json:"key"`
	PredicateType string          `json:"predicateType"`
	Subjects      []about         `json:"subjects"`
	Predicate     json.RawMessage `json:"predicate"`
}

// about is what a statement is about.
type about struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

func newVerify(s *session) *cobra.Command {
	var keys []string
	var digest string
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Check a signed statement, offline",
		Long: `Verify checks the signature of a statement (in-toto in a DSSE envelope): a gate's decision,
provenance, evidence. It needs only the file and a public key, and asks no control plane.
It ends with exit code 3 if no key that is given signed it.`,
		Example: `  slipway verify tickets.prod.7.dsse.json --key slipway.pub
  slipway verify tickets.prod.7.dsse.json --key slipway.pub --digest sha256:4e07… -o json`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(keys) == 0 {
				return fault.New(fault.Invalid, "a public key is needed to check with").WithHint("`slipway key export > slipway.pub`, and --key slipway.pub")
			}
			var trusted []sign.Trusted
			for _, name := range keys {
				list, err := readKeys(name)
				if err != nil {
					return err
				}
				trusted = append(trusted, list...)
			}
			envelope, err := os.ReadFile(args[0])
			if err != nil {
				return fault.New(fault.Invalid, "the statement cannot be read").Because(err)
			}
			v, err := sign.Verify(cmd.Context(), envelope, trusted)
			if err != nil {
				return err
			}
			if digest != "" && !v.About(digest) {
				return fault.New(fault.Denied, "the statement is signed, but it is not about %s", digest)
			}
			out := verified{Valid: true, Key: v.KeyID, PredicateType: v.PredicateType, Subjects: []about{}, Predicate: v.Predicate}
			for _, subject := range v.Subjects {
				out.Subjects = append(out.Subjects, about(subject))
			}
			return s.print(out, func(w io.Writer) { tellVerified(w, out) })
		},
	}
	cmd.Flags().StringArrayVar(&keys, "key", nil, "file with public keys (PEM); may be given several times")
	cmd.Flags().StringVar(&digest, "digest", "", "digest that it must be about")
	return cmd
}

// readKeys reads all public keys of a file.
func readKeys(name string) ([]sign.Trusted, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the key cannot be read").Because(err)
	}
	var list []sign.Trusted
	for _, one := range sign.SplitPEM(string(text)) {
		list = append(list, sign.Trusted{PEM: one})
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "%s holds no public key in PEM", name)
	}
	return list, nil
}

// tellVerified tells what was signed, and of a gate's decision how it was.
func tellVerified(w io.Writer, v verified) {
	fmt.Fprintf(w, "valid: signed with key %s\n  type     %s\n", clean(v.Key), clean(v.PredicateType))
	for _, one := range v.Subjects {
		fmt.Fprintf(w, "  subject  %s %s\n", clean(one.Name), clean(one.Digest))
	}
	var decision struct {
		Result   string `json:"verificationResult"`
		Resource string `json:"resourceUri"`
		At       string `json:"timeVerified"`
	}
	if json.Unmarshal(v.Predicate, &decision) == nil && decision.Result != "" {
		fmt.Fprintf(w, "  result   %s for %s at %s\n", clean(decision.Result), clean(decision.Resource), clean(decision.At))
	}
}
