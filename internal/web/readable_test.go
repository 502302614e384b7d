package web

import (
	"context"
	"fmt"
	"testing"
	"time"

	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/web/webtest"
)

// faults finds what keeps people from reading or using a page: controls and pictures without
// a name, identities that are there twice, text that stands out too little from its ground
// (WCAG 2.1, 1.4.3: 4.5, or 3 if it is large), more than one first heading, and a page that
// must be moved sideways.
const faults = `(() => {
  const found = [];
  const name = (e) => e.tagName.toLowerCase() + (e.className.baseVal ?? e.className ? "." + (e.className.baseVal ?? e.className) : "") + " " + (e.textContent || "").trim().slice(0, 30);
  for (const e of document.querySelectorAll("input:not([type=hidden]), textarea, button, a, summary"))
    if (!e.labels?.length && !e.textContent.trim() && !e.ariaLabel) found.push("no name: " + name(e));
  for (const e of document.querySelectorAll("svg:not([aria-hidden])"))
    if (!e.ariaLabel && !e.getAttribute("aria-label")) found.push("no name: " + name(e));
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((i) => i === id).length > 1) found.push("twice: " + id);
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
    for (const id of ((e.getAttribute("aria-labelledby") ?? "") + " " + (e.getAttribute("aria-describedby") ?? "")).trim().split(" "))
      if (!document.getElementById(id)) found.push("no " + id + " for " + name(e));
  if (document.querySelectorAll("h1").length !== 1) found.push("first headings: " + document.querySelectorAll("h1").length);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("sideways: " + document.documentElement.scrollWidth);

  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = (c) => {
    const [r, g, b] = c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] > 250) return c;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest(".unseen, .skip, svg")) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgba(style.color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 600);
    if (ratio < (large ? 3 : 4.5)) found.push("contrast " + ratio.toFixed(2) + ": " + name(e));
  }
  return [...new Set(found)].join("\n");
})()`

// TestBrowserPagesCanBeRead holds every page to that, by day and night, on a desk and on a
// phone.
func TestBrowserPagesCanBeRead(t *testing.T) {
	t.Parallel()
	heavy(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	f := flowShop()
	f.detail.Judge = judged().Judge
	server := site(t, f)
	tab := webtest.Open(ctx, t, server.URL+"/sign-in")
	look := func(page string) {
		t.Helper()
		tab.Eval("document.querySelectorAll('details').forEach(d => { d.name = ''; d.open = true })")
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int{1280, 390} {
				tab.Call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": theme}}})
				tab.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500})
				tab.WaitFor(fmt.Sprintf("String(innerWidth >= %d && matchMedia('(prefers-color-scheme: %s)').matches)", width, theme), "true")
				if found := tab.Eval(faults); found != "" {
					t.Errorf("%s, %s, %d wide:\n%s", page, theme, width, found)
				}
			}
		}
	}
	tab.Sees("One-time code")
	look("sign-in")
	tab.GoTo(server.URL + "/setup")
	tab.Sees("Your link")
	look("setup")
	tab.Send("form[action='/setup']", map[string]string{"link": apitest.Link})
	tab.Sees("Scan this")
	look("enroll")
	tab.Send("form[action='/setup/finish']:not([data-passkey])", map[string]string{"code": apitest.Code, "password": "correct horse battery"})
	tab.Sees("Keep these codes")
	look("recovery")
	for path, sees := range map[string]string{
		"/": "Needs a decision", "/tasks": "For others", "/tasks/policy.Environment.prod": "Change the environment", "/tasks/access.all.prod": "Who may do what in prod", "/deployments/tickets.prod.4": "Your answer",
		"/account": "Where you are signed in", "/lanes/tickets/prod/promote": "Promote r4", "/lanes/tickets/prod/rollback": "Back to",
		"/lanes/payments/prod/abort": "Leave it", "/lanes/payments/prod/settle": "What is to be done", "/glass/payments.prod": "Close it", "/nowhere": "There is no page",
		"/flows": "Announced maintenance", "/flows/purchase-ticket": "Who is woken", "/flows/list-concerts": "Nothing was found", "/tasks/alert.prod.purchase-ticket.3": "Take it on",
	} {
		tab.GoTo(server.URL + path)
		tab.WaitFor("location.pathname", path)
		tab.Sees(sees)
		look(path)
	}
	// And that it would be found.
	tab.Eval(`(() => {
		const main = document.getElementById("main");
		for (const html of ["<h1>Again</h1>", "<button></button>", "<p id=main>twice</p>", "<input aria-describedby=nothing>"]) main.insertAdjacentHTML("beforeend", html);
		main.lastChild.previousSibling.style.color = "#777";
		main.style.width = main.style.maxWidth = "200vw";
	})()`)
	has(t, tab.Eval(faults), "first headings: 2", "no name: button", "twice: main", "no nothing for input", "contrast", "sideways")
}
