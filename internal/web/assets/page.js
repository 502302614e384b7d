// What is live of a page is kept so by htmx: it swaps in each fragment that the server pushes.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "./passkey.js";
import "./setup.js";

// Says whether what is seen is what is, for the style sheet to show.
const live = (state) => () => (document.documentElement.dataset.live = state);
document.addEventListener("htmx:sse:after:message", live("yes"));
document.addEventListener("htmx:sse:error", live("no"));

// Forms stay as they are while somebody fills them in, until they are about something else.
document.addEventListener("htmx:sse:after:message", () => {
  const now = document.querySelector("#live [data-stance]");
  if (now && now.dataset.stance !== document.getElementById("main").dataset.stance) location.reload();
});

// A session that ended leads to the sign-in, and from there back here.
document.addEventListener("htmx:sse:error", (e) => e.detail.status === 401 && location.reload());

// A form is sent once, however often it is clicked. Coming back to the page, it can be again.
document.addEventListener("submit", (e) => {
  if (e.defaultPrevented) return;
  if (e.target.dataset.sent) return e.preventDefault();
  e.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
