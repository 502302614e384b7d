package draw

import (
	"crypto/sha256"
	"encoding/base64"
)

// StyleSource is what a content security policy has to have in its style-src where pictures
// are shown by themselves or as part of a page. As an image they need nothing.
func StyleSource() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// style is what the page has, in its colours. Its names begin with the root's class, so that
// a picture within a page changes nothing around it.
const style = `.slipway-flow{--ground:#f6f7f5;--sheet:#fff;--line:#d3dad5;--edge:#8a9693;--ink:#1c2624;--soft:#5a6764;--act:#2b7a78;--good:#1d6b52;--busy:#1f5fa8;--ask:#1f5fa8;--warn:#8a5a00;--bad:#b3261e;--on:#fff;font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:12px}
@media (prefers-color-scheme:dark){.slipway-flow{--ground:#14181a;--sheet:#1b2124;--line:#38444a;--edge:#6b7a77;--ink:#e6ecea;--soft:#9aa8a5;--act:#5fb8b5;--good:#6fcfaa;--busy:#82b8f5;--ask:#82b8f5;--warn:#e8b95c;--bad:#ff9a90;--on:#14181a}}
.slipway-flow text{fill:var(--ink)}
.slipway-flow .h{font-size:18px;font-weight:650}
.slipway-flow .n{font-size:13px;font-weight:650}
.slipway-flow .s{fill:var(--soft)}
.slipway-flow .t{font-size:11px;fill:var(--soft)}
.slipway-flow .m{font-size:11px;font-weight:650}
.slipway-flow .back{fill:var(--ground)}
.slipway-flow .card{fill:var(--sheet);stroke:var(--line)}
.slipway-flow .odd{fill:var(--ground)}
.slipway-flow .catch{stroke-dasharray:5 4}
.slipway-flow .way{fill:none;stroke:var(--edge);stroke-width:1.5}
.slipway-flow .tip{fill:var(--edge)}
.slipway-flow .error{stroke:var(--bad);stroke-dasharray:5 4}
.slipway-flow .tip.error{fill:var(--bad);stroke:none}
.slipway-flow .icon{fill:none;stroke:var(--tone);stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.slipway-flow .tile{fill:var(--tone);opacity:.12}
.slipway-flow .bar{fill:var(--edge)}
.slipway-flow .dot{fill:var(--sheet);stroke:var(--edge);stroke-width:1.5}
.slipway-flow .full{fill:var(--edge)}
.slipway-flow .mark{fill:var(--tone)}
.slipway-flow .on{stroke:var(--on);stroke-width:2}
.slipway-flow text.on{fill:var(--on);stroke:none}
.slipway-flow .has>.card{stroke:var(--tone);stroke-width:2}
.slipway-flow .faint>:not(.state){opacity:.55}
.slipway-flow [data-tone=act]{--tone:var(--act)}
.slipway-flow [data-tone=ask]{--tone:var(--ask)}
.slipway-flow [data-tone=good]{--tone:var(--good)}
.slipway-flow [data-tone=busy]{--tone:var(--busy)}
.slipway-flow [data-tone=warn]{--tone:var(--warn)}
.slipway-flow [data-tone=bad]{--tone:var(--bad)}
.slipway-flow [data-tone=soft]{--tone:var(--soft)}
`
