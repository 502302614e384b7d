package identity

import (
	"strings"
	"testing"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	hash, err := HashPassword("correct horse battery")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(hash, "horse") {
		t.Fatal(hash, err)
	}
	again, _ := HashPassword("correct horse battery")
	if again == hash {
		t.Error("there is no salt")
	}
	for password, want := range map[string]bool{
		"correct horse battery": true, "correct horse batterx": false, "": false, "correct horse battery ": false, strings.Repeat("x", 2000): false,
	} {
		if PasswordIs(hash, password) != want {
			t.Errorf("%q: %v", password, !want)
		}
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2i$v=19$m=8,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if PasswordIs(broken, "") || PasswordIs(broken, "correct horse battery") {
			t.Errorf("%q lets somebody in", broken)
		}
	}
	for _, bad := range []string{"", "short", "aaaaaaaaaaaaaaaa", strings.Repeat("ab", 600), "\xff\xfe rest of it here"} {
		if _, err := HashPassword(bad); err == nil {
			t.Errorf("%q is a password", bad)
		}
	}
}
