// The board is kept live by htmx: it swaps in each fragment that the server pushes.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

// Says whether what is seen is what is, for the style sheet to show.
const live = (state) => () => (document.documentElement.dataset.live = state);
document.addEventListener("htmx:sse:after:message", live("yes"));
document.addEventListener("htmx:sse:error", live("no"));
