package main

// The proxies' configurations: all processors, kept connections on both sides, no logs,
// the same headers for the backend.
const (
	nginx = `daemon off;
user USER;
pid DIR/nginx.pid;
worker_processes auto;
worker_rlimit_nofile 4096;
events { worker_connections 1024; }
http {
	access_log off;
	keepalive_requests 100000000;
	upstream backend { server BACKEND; keepalive 256; keepalive_requests 100000000; }
	server {
		listen NGINX;
		location / {
			proxy_pass http://backend;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_set_header Host $host;
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_set_header X-Forwarded-Host $host;
			proxy_set_header X-Forwarded-Proto $scheme;
		}
	}
}
`
	haproxy = `global
	maxconn 4096
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
	http-reuse always
	option forwardfor
frontend front
	bind HAPROXY
	default_backend back
backend back
	server one BACKEND pool-max-conn 256
`
)
