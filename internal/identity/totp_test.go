package identity

import (
	"net/url"
	"testing"
	"time"
)

// The test vectors of RFC 6238, appendix B, cut to six digits.
func TestTOTP(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := CodeAt(key, time.Unix(at, 0)); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestCheckCode(t *testing.T) {
	t.Parallel()
	key, _ := NewTOTP()
	now := time.Unix(1_800_000_015, 0)
	c := CodeAt(key, now)
	for after, want := range map[time.Duration]bool{
		0: true, 30 * time.Second: true, -30 * time.Second: true, 14 * time.Second: true, 75 * time.Second: false, -75 * time.Second: false,
	} {
		counter, ok := CheckCode(key, c, now.Add(after))
		if ok != want || (ok && counter != counterAt(now)) {
			t.Errorf("%s later: %v, counter %d", after, ok, counter)
		}
	}
	for _, bad := range []string{"", "12345", "0000000", c + "1", "abcdef"} {
		if _, ok := CheckCode(key, bad, now); ok {
			t.Errorf("%q is a code", bad)
		}
	}
	if _, ok := CheckCode(key, c[:3]+" "+c[3:], now); !ok {
		t.Error("a code may have a space")
	}
	if _, ok := CheckCode(nil, CodeAt(nil, now), now); ok {
		t.Error("without a key there is no code")
	}
	u, err := url.Parse(TOTPURI(key, "ada"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != TOTPText(key) {
		t.Error(u, err)
	}
}
