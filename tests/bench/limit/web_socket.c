// web_socket PORT: the least a server of WebSockets must do: epoll, one thread, an echo of whole
// frames, no JavaScript. Answers any request for a WebSocket that has the key of load/web_socket.c,
// and others with "ok".
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 64 << 10 };

static const char kSwitch[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

typedef struct {
  int fd;
  size_t kept_size;
  char* kept;  // of a frame that has come in part
} conn_t;

static char input[2 * READ], output[2 * READ];

// Writes the echo of the frame at `at` to `to`, and returns its size; 0: it is not complete.
static size_t echo(const unsigned char* at, size_t size, char** to) {
  if (size < 2) return 0;
  size_t head = 2, length = at[1] & 127;
  if (length == 127) exit(1);  // longer than the load's
  if (length == 126) head = 4, length = size < 4 ? READ : (size_t)at[2] << 8 | at[3];
  if (size < head + 4 + length) return 0;
  const unsigned char *mask = at + head, *payload = mask + 4;
  memcpy(*to, at, head);
  (*to)[1] &= 127;
  for (size_t i = 0; i < length; i++) (*to)[head + i] = payload[i] ^ mask[i & 3];
  *to += head + length;
  return head + 4 + length;
}

static void drop(conn_t* c) {
  close(c->fd);
  free(c->kept);
  free(c);
}

static void serve(conn_t* c) {
  if (c->kept_size > 0) memcpy(input, c->kept, c->kept_size);
  ssize_t got = read(c->fd, input + c->kept_size, READ);
  if (got <= 0) return drop(c);
  size_t size = c->kept_size + got, used = 0, one;
  free(c->kept);
  c->kept = NULL, c->kept_size = 0;
  if (input[0] == 'G') {
    input[size] = 0;
    const char* answer = strstr(input, "Sec-WebSocket-Key") ? kSwitch : kOk;
    if (write(c->fd, answer, strlen(answer)) < 0 || answer == kOk) drop(c);
    return;
  }
  char* to = output;
  while ((one = echo((unsigned char*)input + used, size - used, &to)) > 0) used += one;
  if (used < size) {
    c->kept = malloc(c->kept_size = size - used);
    memcpy(c->kept, input + used, c->kept_size);
  }
  if (to > output && write(c->fd, output, to - output) < 0) drop(c);
}

int main(int argc, char** argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr*)&at, sizeof at) || listen(listener, 512)) return 1;
  struct epoll_event event = {.events = EPOLLIN}, events[1024];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(poll, events, 1024, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr != NULL) {
        serve(events[i].data.ptr);
        continue;
      }
      conn_t* c = calloc(1, sizeof *c);
      c->fd = accept(listener, NULL, NULL);
      setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      event.data.ptr = c;
      epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
    }
  }
}
