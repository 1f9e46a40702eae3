// limit PORT: the least an HTTP server must do: libuv, llhttp, keep-alive, one thread, no
// JavaScript. GET / and /ok: "ok"; /big: 1 MiB; /stream: 64 MiB in 64 KiB chunks; POST /echo: the
// body; POST /up: its size.
#include <llhttp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { BIG = 1 << 20, CHUNK = 64 << 10, CHUNKS = 1024, READ = 64 << 10 };

static char big[BIG], chunk[CHUNK], readbuf[READ];

typedef struct {
  uv_tcp_t tcp;
  llhttp_t parser;
  uv_write_t write;
  char path[16], head[256], *body;
  size_t path_len, body_len, body_cap;
  int chunks;
} conn_t;

static void closed(uv_handle_t* h) {
  free(((conn_t*)h->data)->body);
  free(h->data);
}

static void drop(conn_t* c) {
  if (!uv_is_closing((uv_handle_t*)&c->tcp)) uv_close((uv_handle_t*)&c->tcp, closed);
}

static void wrote(uv_write_t* w, int status);

static void send_parts(conn_t* c, uv_buf_t* bufs, int n) {
  // Try at once, without a request; whatever does not fit is queued.
  size_t total = 0;
  for (int i = 0; i < n; i++) total += bufs[i].len;
  int sent = uv_try_write((uv_stream_t*)&c->tcp, bufs, n);
  if (sent < 0) sent = 0;
  if ((size_t)sent == total && c->chunks == 0) return;
  while (n > 1 && (size_t)sent >= bufs[0].len) sent -= bufs[0].len, bufs++, n--;
  bufs[0].base += sent, bufs[0].len -= sent;
  uv_write(&c->write, (uv_stream_t*)&c->tcp, bufs, n, wrote);
}

static void wrote(uv_write_t* w, int status) {
  conn_t* c = w->data;
  if (status < 0 || c->chunks == 0) return;
  uv_buf_t parts[] = {{"10000\r\n", 7}, {chunk, CHUNK}, {"\r\n0\r\n\r\n", --c->chunks ? 2 : 7}};
  send_parts(c, parts, 3);
}

static void respond(conn_t* c, const char* body, size_t len) {
  int n = snprintf(
      c->head, sizeof c->head,
      "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n",
      len);
  uv_buf_t parts[] = {{c->head, n}, {(char*)body, len}};
  send_parts(c, parts, 2);
}

static int on_url(llhttp_t* p, const char* at, size_t n) {
  conn_t* c = p->data;
  if (c->path_len + n < sizeof c->path) memcpy(c->path + c->path_len, at, n), c->path_len += n;
  return 0;
}

static int on_body(llhttp_t* p, const char* at, size_t n) {
  conn_t* c = p->data;
  if (c->body_len + n > c->body_cap)
    c->body = realloc(c->body, c->body_cap = (c->body_len + n) * 2);
  memcpy(c->body + c->body_len, at, n), c->body_len += n;
  return 0;
}

static int on_complete(llhttp_t* p) {
  conn_t* c = p->data;
  c->path[c->path_len] = 0;
  if (!strcmp(c->path, "/big")) {
    respond(c, big, BIG);
  } else if (!strcmp(c->path, "/stream")) {
    c->chunks = CHUNKS;
    uv_buf_t head = uv_buf_init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 47);
    send_parts(c, &head, 1);
  } else if (!strcmp(c->path, "/echo")) {
    respond(c, c->body, c->body_len);
  } else if (!strcmp(c->path, "/up")) {
    char size[24];
    respond(c, size, snprintf(size, sizeof size, "%zu", c->body_len));
  } else {
    respond(c, "ok", 2);
  }
  c->path_len = c->body_len = 0;
  return 0;
}

static void on_alloc(uv_handle_t* h, size_t n, uv_buf_t* b) { *b = uv_buf_init(readbuf, READ); }

static void on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* b) {
  conn_t* c = s->data;
  if (n < 0 || (n > 0 && llhttp_execute(&c->parser, b->base, n) != HPE_OK)) drop(c);
}

static llhttp_settings_t settings;

static void on_connect(uv_stream_t* server, int status) {
  conn_t* c = calloc(1, sizeof *c);
  c->tcp.data = c->write.data = c;
  uv_tcp_init(server->loop, &c->tcp);
  uv_accept(server, (uv_stream_t*)&c->tcp);
  uv_tcp_nodelay(&c->tcp, 1);
  llhttp_init(&c->parser, HTTP_REQUEST, &settings);
  c->parser.data = c;
  uv_read_start((uv_stream_t*)&c->tcp, on_alloc, on_read);
}

int main(int argc, char** argv) {
  uv_tcp_t server;
  struct sockaddr_in at;
  signal(SIGPIPE, SIG_IGN);
  memset(big, 'a', BIG), memset(chunk, 'b', CHUNK);
  llhttp_settings_init(&settings);
  settings.on_url = on_url, settings.on_body = on_body, settings.on_message_complete = on_complete;
  uv_tcp_init(uv_default_loop(), &server);
  uv_ip4_addr("127.0.0.1", atoi(argv[1]), &at);
  if (uv_tcp_bind(&server, (struct sockaddr*)&at, 0) ||
      uv_listen((uv_stream_t*)&server, 512, on_connect))
    return 1;
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
