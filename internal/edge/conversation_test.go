package edge

import "strings"

// A conversation is what a client sends, and what an app answers to each request, as bytes.
type conversation struct {
	name   string
	ask    string // default: a GET
	then   string // what the client sends when it is told to continue
	leave  bool   // the client closes when it has sent this
	answer string // default: 200 with a body
	close  bool   // the app closes after its answer
}

const (
	get  = "GET /a?b=c HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"
	fine = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
)

func asking(method, headers, body string) string {
	return method + " /a HTTP/1.1\r\nHost: shop.localhost\r\n" + headers + "\r\n" + body
}

// requests are those that clients send, among them such as try to reach past the edge.
var requests = []conversation{
	{name: "get"},
	{name: "values", ask: asking("GET", "Cookie: a=1\r\nCookie: b=2\r\nX-Empty:\r\nX-Tab: a\tb\r\nX-Utf: \xc3\xa4\r\nAccept: */*\r\n", "")},
	{name: "hop headers", ask: asking("GET", "Connection: X-Secret, keep-alive ,X-Forwarded-For,,\tUser-Agent\r\nX-Secret: 1\r\nX-Kept: 2\r\nUser-Agent: u\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\nProxy-Authenticate: x\r\nTrailer: X-T\r\n", "")},
	{name: "connection twice", ask: asking("GET", "Connection: x-a\r\nConnection: x-b\r\nX-A: 1\r\nX-B: 1\r\nX-C: 1\r\n", "")},
	{name: "connection names framing", ask: asking("POST", "Connection: Content-Length, Transfer-Encoding, Host\r\nContent-Length: 5\r\n", "hello")},
	{name: "connection close", ask: asking("GET", "Connection: close\r\n", "")},
	{name: "wants trailers", ask: asking("GET", "TE: deflate, Trailers\r\nConnection: TE\r\n", "")},
	{name: "wants no trailers", ask: asking("GET", "TE: gzip\r\n", "")},
	{name: "forged", ask: asking("GET", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nx-forwarded-port: 1\r\nForwarded: for=x\r\nX_Real_IP: 1\r\nX-Real-IP: 1\r\nTrue-Client-IP: 1\r\nX-Original-URL: /admin\r\nX-Fine: 1\r\n", "")},
	{name: "user agents", ask: asking("GET", "User-Agent: one\r\nUser-Agent: two\r\n", "")},
	{name: "empty user agent", ask: asking("GET", "User-Agent:\r\n", "")},
	{name: "absolute", ask: "GET http://shop.localhost/x?y HTTP/1.1\r\nHost: other\r\n\r\n"},
	{name: "old", ask: "GET /x HTTP/1.0\r\nHost: shop.localhost\r\n\r\n"},
	{name: "old, kept", ask: "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
	{name: "no host", ask: "GET /x HTTP/1.1\r\nHost:\r\n\r\n"},
	{name: "strange host", ask: "GET /x HTTP/1.1\r\nHost: b\xc3\xbccher.example:80\r\n\r\n"},
	{name: "host with zone", ask: "GET /x HTTP/1.1\r\nHost: [fe80::1%25eth0]:80\r\n\r\n"},
	{name: "strange target", ask: "GET //a//b;c?d;e=%zz&f HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "escaped target", ask: "GET /a%2Fb%20c%0d%0aX:1?%0d%0a HTTP/1.1\r\nHost: shop.localhost\r\n\r\n"},
	{name: "method", ask: asking("PROPFIND", "", "")},
	{name: "post", ask: asking("POST", "Content-Length: 5\r\n", "hello")},
	{name: "empty post", ask: asking("POST", "Content-Length: 0\r\n", "")},
	{name: "post without length", ask: asking("POST", "", "")},
	{name: "get with body", ask: asking("GET", "Content-Length: 5\r\n", "hello")},
	{name: "kept post", ask: asking("POST", "Content-Length: 30000\r\n", strings.Repeat("b", 30000))},
	{name: "streamed put", ask: asking("PUT", "Content-Length: 300000\r\n", strings.Repeat("b", 300000))},
	{name: "chunked", ask: asking("POST", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n")},
	{name: "chunked and length", ask: asking("POST", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "5\r\nhello\r\n0\r\n\r\n")},
	{name: "two lengths", ask: asking("POST", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")},
	{name: "same length twice", ask: asking("POST", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
	{name: "signed length", ask: asking("POST", "Content-Length: +5\r\n", "hello")},
	{name: "unknown coding", ask: asking("POST", "Transfer-Encoding: chunked, identity\r\n", "5\r\nhello\r\n0\r\n\r\n")},
	{name: "hidden coding", ask: asking("POST", "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "hello")},
	{name: "folded header", ask: asking("GET", "X-A: 1\r\n Transfer-Encoding: chunked\r\n", "")},
	{name: "bare line feed", ask: asking("GET", "X-A: 1\nX-B: 2\r\n", "")},
	{name: "bare return", ask: asking("GET", "X-A: 1\rX-B: 2\r\n", "")},
	{name: "zero byte", ask: asking("GET", "X-A: 1\x002\r\n", "")},
	{name: "bad chunk", ask: asking("POST", "Transfer-Encoding: chunked\r\n", "zz\r\n")},
	{name: "body with a request in it", ask: asking("POST", "Content-Length: 40\r\n", strings.Repeat("GET /admin HTTP/1.1\n", 2))},
	{name: "body cut off", ask: asking("POST", "Content-Length: 50\r\n", "hello"), leave: true},
	{name: "large body cut off", ask: asking("POST", "Content-Length: 500000\r\n", "hello"), leave: true},
	{name: "continue", ask: asking("POST", "Expect: 100-continue\r\nContent-Length: 5\r\n", ""), then: "hello", answer: "HTTP/1.1 100 Continue\r\n\r\n" + fine},
	{name: "expects something else", ask: asking("POST", "Expect: more\r\nContent-Length: 5\r\n", "hello")},
}

// answers are those that apps give.
var answers = []conversation{
	{name: "values", answer: "HTTP/1.1 299 Odd Reason\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nx-lower: 1\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nServer: app\r\n\r\nhello"},
	{name: "hop headers", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: X-Hop, Set-Cookie\r\nX-Hop: 1\r\nSet-Cookie: a=1\r\nKeep-Alive: 5\r\nProxy-Authenticate: x\r\nTe: x\r\nUpgrade: h2c\r\nSlipway-Edge: forged\r\n\r\nhello"},
	{name: "no type", answer: "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<html></html"},
	{name: "pragma", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nPragma: no-cache\r\n\r\n"},
	{name: "empty", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "no content", answer: "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"},
	{name: "not modified", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nEtag: x\r\n\r\n"},
	{name: "head", ask: asking("HEAD", "", ""), answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
	{name: "head, chunked", ask: asking("HEAD", "", ""), answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
	{name: "chunked", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
	{name: "chunked to an old client", ask: "GET /x HTTP/1.0\r\nHost: a\r\n\r\n", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
	{name: "trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n3\r\nabc\r\n0\r\nSum: 7\r\n\r\n"},
	{name: "unannounced trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nSum: 7\r\nSum: 8\r\n\r\n"},
	{name: "trailers without body", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n0\r\nSum: 7\r\n\r\n"},
	{name: "until close", answer: "HTTP/1.1 200 OK\r\n\r\nto the end", close: true},
	{name: "old", answer: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{name: "said close", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", close: true},
	{name: "large", answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 1_000_000)},
	{name: "events", answer: "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=x\r\nContent-Length: 9\r\n\r\ndata: 1\n\n"},
	{name: "early hints", answer: "HTTP/1.1 103 Early Hints\r\nLink: a\r\nLink: b\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + fine},
	{name: "length and chunked", answer: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
	{name: "two lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!", close: true},
	{name: "unknown coding", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok", close: true},
	{name: "more than said", answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
	{name: "cut body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", close: true},
	{name: "cut chunk", answer: "HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", close: true},
	{name: "bad chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", close: true},
	{name: "cut headers", answer: "HTTP/1.1 200 OK\r\nContent-", close: true},
	{name: "nothing", answer: "\r", close: true},
	{name: "nothing to a post", ask: asking("POST", "Content-Length: 5\r\n", "hello"), answer: "\r", close: true},
	{name: "garbage", answer: "SSH-2.0-OpenSSH\r\n\r\n", close: true},
	{name: "no version", answer: "HTTP/1.1.1 200 OK\r\n\r\n", close: true},
	{name: "status that is none", answer: "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n", close: true},
	{name: "split header", answer: "HTTP/1.1 200 OK\r\nX-A: 1\rX-B: 2\r\nContent-Length: 2\r\n\r\nok"},
	{name: "huge headers", answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 300_000) + "\r\n\r\n", close: true},
	{name: "unasked switch", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", close: true},
}
