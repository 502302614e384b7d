package bpmn_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/bpmn"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	for name, d := range shapetest.Examples(t) {
		t.Run(name, func(t *testing.T) { sound(t, bpmn.XML(shape.Of(d))) })
	}
}

func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(80) {
		sound(t, bpmn.XML(shape.Of(shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed)))))
	}
	sound(t, bpmn.XML(shape.Of(shapetest.Random(rand.New(rand.NewPCG(7, 0)), 1000))))
}

// TestLinks shows that a way to a task far away is a pair of link events.
func TestLinks(t *testing.T) {
	t.Parallel()
	d := &workflow.Definition{}
	for i := range 40 {
		name := fmt.Sprintf("t%d", i)
		d.Do = append(d.Do, &workflow.Task{Name: name, Pointer: "/do/" + name, Kind: workflow.Set})
	}
	d.Do[30].Then, d.Do[35].Then = "t1", "t1"
	written := bpmn.XML(shape.Of(d))
	sound(t, written)
	if n := bytes.Count(written, []byte(`<bpmn:linkEventDefinition name="/do/t1"/>`)); n != 3 {
		t.Errorf("%d link events, want two that lead away and one that arrives", n)
	}
}

// element is any element of XML.
type element struct {
	XMLName xml.Name
	Attr    []xml.Attr `xml:",any,attr"`
	Kids    []element  `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (e element) get(name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e element) walk(do func(element)) {
	do(e)
	for _, k := range e.Kids {
		k.walk(do)
	}
}

// sound reads what was written, and says what leads nowhere or is not in the diagram.
func sound(t *testing.T, written []byte) {
	t.Helper()
	var root element
	if err := xml.Unmarshal(written, &root); err != nil {
		t.Fatal(err)
	}
	ids, drawn := map[string]element{}, map[string]bool{}
	root.walk(func(e element) {
		if id := e.get("id"); id != "" {
			if _, twice := ids[id]; twice {
				t.Errorf("%s is twice", id)
			}
			ids[id] = e
		}
		drawn[e.get("bpmnElement")] = true
	})
	root.walk(func(e element) {
		seen := map[string]bool{}
		for _, a := range e.Attr {
			if seen[a.Name.Space+a.Name.Local] {
				t.Errorf("%s has two of %s", e.get("id"), a.Name.Local)
			}
			seen[a.Name.Space+a.Name.Local] = true
		}
		for _, name := range []string{"sourceRef", "targetRef", "attachedToRef", "messageRef", "errorRef", "default", "bpmnElement"} {
			if to := e.get(name); to != "" && ids[to].XMLName.Local == "" {
				t.Errorf("%s of %s is %s, which is not there", name, e.get("id"), to)
			}
		}
		if e.XMLName.Local == "incoming" || e.XMLName.Local == "outgoing" {
			if _, ok := ids[e.Text]; !ok {
				t.Errorf("%s %s is not there", e.XMLName.Local, e.Text)
			}
		}
		process := strings.HasSuffix(e.XMLName.Space, "MODEL") && (strings.HasPrefix(e.get("id"), "n") || strings.HasPrefix(e.get("id"), "f"))
		if process && !drawn[e.get("id")] {
			t.Errorf("%s is not in the diagram", e.get("id"))
		}
		hold(t, e, ids)
		if e.XMLName.Local == "BPMNEdge" {
			meet(t, e, ids)
		}
	})
}

// meet wants the ends of a flow in the diagram on the edges of what it connects.
func meet(t *testing.T, edge element, ids map[string]element) {
	t.Helper()
	flow := ids[edge.get("bpmnElement")]
	var points []element
	for _, k := range edge.Kids {
		if k.XMLName.Local == "waypoint" {
			points = append(points, k)
		}
	}
	for of, p := range map[string]element{"sourceRef": points[0], "targetRef": points[len(points)-1]} {
		b := ids[flow.get(of)+"_di"].Kids[0]
		x, y := number(t, p, "x")-number(t, b, "x"), number(t, p, "y")-number(t, b, "y")
		w, h := number(t, b, "width"), number(t, b, "height")
		if of == "sourceRef" && x != w || of == "targetRef" && x != 0 || y < 0 || y > h {
			t.Errorf("%s of %s is at %d, %d of %d × %d", of, flow.get("id"), x, y, w, h)
		}
	}
}

func number(t *testing.T, e element, name string) int {
	t.Helper()
	n, err := strconv.Atoi(e.get(name))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// hold holds an element to how BPMN is to be read.
func hold(t *testing.T, e element, ids map[string]element) {
	t.Helper()
	in, out, fails := 0, 0, false
	for _, k := range e.Kids {
		switch k.XMLName.Local {
		case "incoming":
			in++
		case "outgoing":
			out++
		case "errorEventDefinition":
			fails = true // a raise, which may be where nothing leads to
		}
	}
	switch kind := e.XMLName.Local; kind {
	case "startEvent", "boundaryEvent":
		if in != 0 || out != 1 {
			t.Errorf("%s %s has %d ways in and %d out", kind, e.get("id"), in, out)
		}
	case "endEvent":
		if in == 0 && !fails || out != 0 {
			t.Errorf("%s %s has %d ways in and %d out", kind, e.get("id"), in, out)
		}
	case "task", "serviceTask", "userTask", "scriptTask", "callActivity", "subProcess", "intermediateCatchEvent", "intermediateThrowEvent":
		if out > 1 {
			t.Errorf("%s %s goes %d ways at once", kind, e.get("id"), out)
		}
	case "sequenceFlow":
		if from := ids[e.get("sourceRef")]; from.get("default") == e.get("id") && len(e.Kids) > 0 {
			t.Errorf("the default flow %s has a condition", e.get("id"))
		}
	}
}

// TestElements shows which element each task is.
func TestElements(t *testing.T) {
	t.Parallel()
	human := &workflow.CallTask{Protocol: "function", Function: "approval"}
	child := []*workflow.Task{{Name: "in", Pointer: "/in", Kind: workflow.Set}}
	waits := []*workflow.Task{{Name: "a", Pointer: "/a", Kind: workflow.Wait, Wait: &workflow.Duration{Constant: 90*time.Second + 5*time.Millisecond}}, {Name: "b", Pointer: "/b", Kind: workflow.Listen, Listen: &workflow.ListenTask{}}}
	works := []*workflow.Task{{Name: "a", Pointer: "/a", Kind: workflow.Set}, {Name: "b", Pointer: "/b", Kind: workflow.Set}}
	for _, test := range []struct {
		task *workflow.Task
		want string // elements in order, with those inside in brackets
	}{
		{&workflow.Task{Kind: workflow.Call, Call: &workflow.CallTask{Protocol: "http"}}, "serviceTask"},
		{&workflow.Task{Kind: workflow.Call, Call: human}, "userTask"},
		{&workflow.Task{Kind: workflow.Run, Run: &workflow.RunTask{What: "shell"}}, "scriptTask"},
		{&workflow.Task{Kind: workflow.Run, Run: &workflow.RunTask{What: "container"}}, "serviceTask"},
		{&workflow.Task{Kind: workflow.Run, Run: &workflow.RunTask{What: "workflow"}}, "callActivity"},
		{&workflow.Task{Kind: workflow.Set}, "task"},
		{&workflow.Task{Kind: workflow.Wait}, "intermediateCatchEvent(timerEventDefinition)"},
		{&workflow.Task{Kind: workflow.Listen}, "intermediateCatchEvent(messageEventDefinition)"},
		{&workflow.Task{Kind: workflow.Emit}, "intermediateThrowEvent(messageEventDefinition)"},
		{&workflow.Task{Kind: workflow.Switch, Switch: []workflow.Case{{Name: "default", Then: "end"}}}, "exclusiveGateway"},
		{&workflow.Task{Kind: workflow.Raise}, "endEvent(errorEventDefinition)"},
		{&workflow.Task{Kind: workflow.Do, Do: child}, "subProcess(startEvent task endEvent)"},
		{&workflow.Task{Kind: workflow.For, Do: child}, "subProcess(multiInstanceLoopCharacteristics startEvent task endEvent)"},
		{&workflow.Task{Kind: workflow.Try, Do: child, Catch: &workflow.Catch{Do: child[:0:0]}}, "subProcess(startEvent task endEvent) endEvent boundaryEvent(errorEventDefinition)"},
		{&workflow.Task{Kind: workflow.Fork, Fork: &workflow.ForkTask{Branches: works}}, "subProcess(parallelGateway task task parallelGateway startEvent endEvent)"},
		{&workflow.Task{Kind: workflow.Fork, Fork: &workflow.ForkTask{Branches: works, Compete: true}}, "subProcess(parallelGateway task task complexGateway startEvent endEvent(terminateEventDefinition))"},
		{&workflow.Task{Kind: workflow.Fork, Fork: &workflow.ForkTask{Branches: waits, Compete: true}}, "subProcess(eventBasedGateway intermediateCatchEvent(timerEventDefinition) intermediateCatchEvent(messageEventDefinition) exclusiveGateway startEvent endEvent)"},
	} {
		test.task.Name, test.task.Pointer = "it", "/do/0/it"
		var root element
		written := bpmn.XML(shape.Of(&workflow.Definition{Do: []*workflow.Task{test.task}}))
		if err := xml.Unmarshal(written, &root); err != nil {
			t.Fatal(err)
		}
		sound(t, written)
		var got []string
		for _, k := range root.Kids {
			if k.XMLName.Local == "process" {
				got = outline(k.Kids)
			}
		}
		got = got[1:] // the start
		if got[len(got)-1] == "endEvent" {
			got = got[:len(got)-1]
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s, want %s", test.task.Kind, strings.Join(got, " "), test.want)
		}
		if strings.Contains(test.want, "eventBased") && !bytes.Contains(written, []byte(">PT1M30.005S<")) {
			t.Errorf("no duration in %s", written)
		}
	}
}

// outline names the elements that mean something.
func outline(kids []element) []string {
	var found []string
	for _, k := range kids {
		name := k.XMLName.Local
		switch name {
		case "incoming", "outgoing", "documentation", "sequenceFlow", "timeDuration", "timeCycle":
			continue
		}
		if in := outline(k.Kids); len(in) > 0 {
			name += fmt.Sprintf("(%s)", strings.Join(in, " "))
		}
		found = append(found, name)
	}
	return found
}

// FuzzXML draws whatever Parse takes.
func FuzzXML(f *testing.F) {
	for _, d := range shapetest.Examples(f) {
		f.Add([]byte(d.Canonical))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		d, problems := workflow.Parse("fuzz", source)
		if len(problems) > 0 {
			return
		}
		decoder := xml.NewDecoder(bytes.NewReader(bpmn.XML(shape.Of(d))))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkXML(b *testing.B) {
	for _, tasks := range []int{100, 1000} {
		b.Run(fmt.Sprint(tasks), func(b *testing.B) {
			d := shapetest.Random(rand.New(rand.NewPCG(1, 0)), tasks)
			for b.Loop() {
				bpmn.XML(shape.Of(d))
			}
		})
	}
}
