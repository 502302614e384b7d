// Command app is the service that the end-to-end tests and the benchmarks deploy. It is
// committed to their repositories as a program, so that its build is a copy. Beside it lie
// VERSION, which it answers with, and perhaps MODE, which says how it misbehaves:
//
//	broken       answers its smoke check with 500
//	ignore-term  does not hear SIGTERM
//	fork         leaves children in sessions of their own
//	flood        prints 64 MB before it listens
//	late         listens after two seconds
//	fail POST 20 answers 20% of the POST requests with 500; "fail * 100": all there are
//	crash 50     ends at its fiftieth request, like an app that panics
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
		time.Sleep(time.Hour)
		return
	}
	version, err := os.ReadFile("VERSION")
	if err != nil {
		log.Fatal(err)
	}
	mode, _ := os.ReadFile("MODE") // most versions have none
	fmt.Println("started", strings.TrimSpace(string(version)))
	misbehave(strings.TrimSpace(string(mode)))
	if err := serve(strings.TrimSpace(string(version)), strings.TrimSpace(string(mode))); err != nil {
		log.Fatal(err)
	}
}

func misbehave(mode string) {
	switch mode {
	case "ignore-term":
		signal.Ignore(syscall.SIGTERM)
	case "fork":
		for range 3 {
			child := exec.Command("/proc/self/exe", "child")
			child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := child.Start(); err != nil {
				log.Fatal(err)
			}
		}
	case "flood":
		line := []byte(strings.Repeat("flood ", 20) + "\n")
		for n := 0; n < 64<<20; n += len(line) {
			_, _ = os.Stdout.Write(line)
		}
	case "late":
		time.Sleep(2 * time.Second)
	}
}

// serve answers until SIGTERM, and finishes what it has begun.
func serve(version, mode string) error {
	trouble := troubleOf(mode)
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/smoke", func(w http.ResponseWriter, _ *http.Request) {
		if mode == "broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/secret", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, os.Getenv("KEY_FILE"))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Header().Set("Version", version)
		if trouble.strikes(r.Method) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, body)
	})
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if mode == "ignore-term" {
		return server.ListenAndServe()
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}
