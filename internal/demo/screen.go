package demo

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Terminal is where a person looks and types.
type Terminal struct {
	In, Out *os.File
	Color   bool
}

// screen tells on a terminal, above lines at the bottom that are drawn again and again.
type screen struct {
	t     Terminal
	start time.Time

	mu     sync.Mutex
	before *term.State // of the terminal; nil when it is as it was
	bottom []string
	fit    int   // columns of the terminal when it was last drawn
	drawn  []int // columns of each line at the bottom that is on the terminal
}

// Control sequences of terminals (ECMA-48, DEC).
const (
	hideCursor, showCursor = "\x1b[?25l", "\x1b[?25h"
	eraseBelow             = "\x1b[J"
	dim, plainText         = "\x1b[2m", "\x1b[0m"
	red, green, yellow     = "\x1b[31m", "\x1b[32m", "\x1b[33m"
)

// openScreen takes the terminal: keys come at once and are not shown. It must be given back.
func openScreen(t Terminal) (*screen, error) {
	before, err := term.MakeRaw(int(t.In.Fd()))
	if err != nil {
		return nil, err
	}
	s := &screen{t: t, start: time.Now(), before: before}
	s.write(hideCursor)
	return s, nil
}

// restore gives the terminal back as it was. What is said after that is said plainly.
func (s *screen) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before == nil {
		return
	}
	s.erase()
	s.bottom = nil
	s.write(showCursor)
	_ = term.Restore(int(s.t.In.Fd()), s.before) // there is no other terminal to tell it on
	s.before = nil
}

func (s *screen) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	clock := fmt.Sprintf("%6.1f s", since(s.start))
	indent := strings.Repeat(" ", len(clock)+2)
	for i, line := range wrap(fmt.Sprintf(format, args...), s.width()-len(indent)) {
		lead := indent
		if i == 0 {
			lead = s.dim(clock) + "  "
		}
		s.write(lead + line + "\r\n")
	}
	s.draw()
}

// table shows rows below what was said last.
func (s *screen) table(rows []row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	indent := strings.Repeat(" ", len("   0.0 s  "))
	for _, line := range layout(rows, s.width()-len(indent), s.paint) {
		s.write(indent + line + "\r\n")
	}
	s.draw()
}

// show draws lines at the bottom.
func (s *screen) show(lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	width := s.width()
	if s.before == nil || width == s.fit && slices.Equal(lines, s.bottom) {
		return
	}
	s.bottom, s.fit = lines, width
	s.erase()
	s.draw()
}

func (s *screen) draw() {
	width := s.width()
	s.drawn = nil
	for i, line := range s.bottom {
		if i > 0 {
			s.write("\r\n")
		}
		if r := []rune(line); len(r) >= width {
			line = string(r[:max(0, width-2)]) + "…"
		}
		s.write(s.dim(line))
		s.drawn = append(s.drawn, utf8.RuneCountInString(line))
	}
}

// erase removes what is drawn at the bottom. A terminal that became narrower has wrapped it.
func (s *screen) erase() {
	rows, width := 0, s.width()
	for _, columns := range s.drawn {
		rows += max(1, (columns+width-1)/width)
	}
	s.drawn = nil
	switch {
	case rows > 1:
		s.write(fmt.Sprintf("\r\x1b[%dA%s", rows-1, eraseBelow))
	case rows == 1:
		s.write("\r" + eraseBelow)
	}
}

func (s *screen) width() int {
	if w, _, err := term.GetSize(int(s.t.Out.Fd())); err == nil && w > 20 {
		return w
	}
	return 80
}

func (s *screen) dim(text string) string { return s.paint(dim, text) }

func (s *screen) paint(color, text string) string {
	if !s.t.Color {
		return text
	}
	return color + text + plainText
}

func (s *screen) write(text string) { _, _ = s.t.Out.WriteString(text) } // a terminal that is gone ends the demo by SIGHUP

// wrap breaks a text between words. Spaces within stay.
func wrap(text string, width int) []string {
	var lines []string
	for utf8.RuneCountInString(text) > max(width, 20) {
		r := []rune(text)
		at := strings.LastIndex(string(r[:max(width, 20)+1]), " ")
		if at <= 0 {
			break
		}
		lines = append(lines, text[:at])
		text = text[at+1:]
	}
	return append(lines, text)
}
