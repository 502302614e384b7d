// Command testapp is the app of the target suite. Its variables say how it behaves:
//
//	DELAY=2s      listen only after this time
//	EXIT=3        exit at once with this status
//	IGNORE_TERM=1 do not end on SIGTERM
//	CHILDREN=dir  start two children, one in a session of its own, that hold dir/<n> locked
//	FLOOD=bytes   write so much to standard output first
//	SAY=text      write this line to both outputs first
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "child" {
		child(os.Args[2])
	}
	if len(os.Args) == 3 && os.Args[1] == "burn" {
		burn(os.Args[2])
		return
	}
	if text := os.Getenv("SAY"); text != "" {
		fmt.Println(text)
		fmt.Fprintln(os.Stderr, text)
	}
	flood()
	if code := os.Getenv("EXIT"); code != "" {
		n, _ := strconv.Atoi(code)
		os.Exit(n)
	}
	if dir := os.Getenv("CHILDREN"); dir != "" {
		startChildren(dir)
	}
	stop := make(chan os.Signal, 1)
	if os.Getenv("IGNORE_TERM") != "" {
		signal.Ignore(syscall.SIGTERM)
	} else {
		signal.Notify(stop, syscall.SIGTERM)
	}
	delay, _ := time.ParseDuration(os.Getenv("DELAY"))
	time.Sleep(delay)
	srv := &http.Server{Addr: os.Getenv("HOST") + ":" + os.Getenv("PORT"), Handler: routes()}
	done := make(chan error, 1)
	go func() {
		<-stop
		done <- srv.Shutdown(context.Background())
	}()
	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	<-done
}

func routes() http.Handler {
	var sick atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/sick", func(_ http.ResponseWriter, r *http.Request) { sick.Store(r.FormValue("on") == "true") })
	mux.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, os.Getenv(r.FormValue("name"))) })
	mux.HandleFunc("/environ", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Join(os.Environ(), "\n"))
	})
	mux.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) {
		b, err := os.ReadFile(os.ExpandEnv(r.FormValue("path")))
		reply(w, b, err)
	})
	mux.HandleFunc("/write", func(w http.ResponseWriter, r *http.Request) {
		reply(w, nil, os.WriteFile(os.ExpandEnv(r.FormValue("path")), []byte("x"), 0o600))
	})
	mux.HandleFunc("/mode", func(w http.ResponseWriter, r *http.Request) {
		fi, err := os.Stat(os.ExpandEnv(r.FormValue("path")))
		if err != nil {
			reply(w, nil, err)
			return
		}
		reply(w, []byte(fi.Mode().String()), nil)
	})
	mux.HandleFunc("/dir", func(w http.ResponseWriter, _ *http.Request) {
		d, err := os.Getwd()
		reply(w, []byte(d), err)
	})
	mux.HandleFunc("/pid", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("/exit", func(_ http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("code"))
		os.Exit(n)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush() // the client knows that it is in flight
		d, _ := time.ParseDuration(r.FormValue("for"))
		time.Sleep(d)
		io.WriteString(w, "done")
	})
	mux.HandleFunc("/burn", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("child") == "" {
			burn(r.FormValue("for"))
			return
		}
		out, err := exec.Command("/proc/self/exe", "burn", r.FormValue("for")).CombinedOutput()
		reply(w, out, err)
	})
	mux.HandleFunc("/hold", func(_ http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("bytes"))
		held = make([]byte, n)
		for i := 0; i < n; i += 4096 { // each page
			held[i] = 1
		}
	})
	mux.HandleFunc("/eat", func(http.ResponseWriter, *http.Request) { eat() })
	return mux
}

// held is memory that hold has taken.
var held []byte

// burn uses so much CPU time, and not only so much time.
func burn(duration string) {
	d, _ := time.ParseDuration(duration)
	for used := (syscall.Rusage{}); ; {
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil || used.Utime.Nano()+used.Stime.Nano() > d.Nanoseconds() {
			return
		}
	}
}

// eaten is all memory that eat has taken.
var eaten [][]byte

func eat() {
	for {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 { // each page
			b[i] = 1
		}
		eaten = append(eaten, b)
	}
}

func reply(w http.ResponseWriter, b []byte, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	w.Write(b)
}

func flood() {
	n, _ := strconv.Atoi(os.Getenv("FLOOD"))
	line := []byte(strings.Repeat("flood ", 20) + "\n")
	for ; n > 0; n -= len(line) {
		os.Stdout.Write(line)
	}
}

func startChildren(dir string) {
	dir = os.ExpandEnv(dir)
	for i := range 2 {
		cmd := exec.Command("/proc/self/exe", "child", filepath.Join(dir, strconv.Itoa(i)))
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: i == 1}
		if err := cmd.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// child holds the file locked for as long as it lives, which is until it is killed.
func child(path string) {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err == nil {
		_, err = f.WriteString("locked")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	time.Sleep(time.Hour)
}
