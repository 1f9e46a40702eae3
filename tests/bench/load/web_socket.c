// Loads a server with WebSockets. One thread, no library.
//
//   web_socket PORT PATH CONNECTIONS BYTES WINDOW SECONDS   each connection has WINDOW text
//   messages under way: for each echo
//                                                           that comes back another is sent; prints
//                                                           one RESULT line, as http.lua does
//   web_socket PORT PATH CONNECTIONS BYTES 1 idle           each connection has one message echoed
//   and is then silent;
//                                                           prints "OPEN N" when all have, and ends
//                                                           when its input does
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 16, MAX_WINDOW = 64, STEPS = 64, POWERS = 32 };

typedef struct {
  int fd;
  int open;         // the handshake is over
  size_t received;  // bytes of the head, or of the echo that is awaited
  char head[1024];
  unsigned next;  // the message whose echo is awaited
  double sent_at[MAX_WINDOW];
} connection_t;

static char *frame, *expected, *buffer;
static size_t frame_size, expected_size;
static unsigned window;
// Latencies: POWERS powers of two of microseconds, each in STEPS steps.
static uint64_t histogram[POWERS * STEPS];
static uint64_t messages, bytes, failures;
static double longest;

static void die(const char* what) {
  fprintf(stderr, "web_socket: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void note(double us) {
  uint64_t scaled = (uint64_t)(us * STEPS);
  int power = 0;
  while (scaled >> power >= STEPS && power + 1 < POWERS) power++;
  uint64_t step = scaled >> power;
  histogram[power * STEPS + (step < STEPS ? step : STEPS - 1)]++;
  if (us > longest) longest = us;
}

static double percentile(double part) {
  uint64_t wanted = (uint64_t)(messages * part), seen = 0;
  for (int i = 0; i < POWERS * STEPS; i++) {
    seen += histogram[i];
    if (seen > wanted) return (double)((uint64_t)(i % STEPS) << (i / STEPS)) / STEPS;
  }
  return longest;
}

static size_t put_header(char* to, size_t size, int mask) {
  to[0] = (char)0x81;
  if (size < 126) return to[1] = (char)(mask | size), 2;
  int count = size < 65536 ? 2 : 8;
  to[1] = (char)(mask | (count == 2 ? 126 : 127));
  for (int i = 0; i < count; i++) to[2 + i] = (char)((uint64_t)size >> 8 * (count - 1 - i));
  return 2 + count;
}

// A window of frames, so that several can be sent at once.
static void make_frames(size_t size) {
  static const char mask[4] = {0x11, 0x22, 0x33, 0x44};
  frame = malloc((size + 14) * window), expected = malloc(size + 10), buffer = malloc(1 << 20);
  expected_size = put_header(expected, size, 0);
  memset(expected + expected_size, 'x', size);
  frame_size = put_header(frame, size, 0x80);
  memcpy(frame + frame_size, mask, 4);
  frame_size += 4;
  for (size_t i = 0; i < size; i++) frame[frame_size + i] = (char)('x' ^ mask[i & 3]);
  frame_size += size, expected_size += size;
  for (unsigned i = 1; i < window; i++) memcpy(frame + i * frame_size, frame, frame_size);
}

static void put(connection_t* c, const char* data, size_t size) {
  // A window of messages is smaller than a socket's buffer.
  if (send(c->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
}

// Sends the messages from `first` on.
static void ask(connection_t* c, unsigned first, unsigned count) {
  double now = now_us();
  for (unsigned i = 0; i < count; i++) c->sent_at[(first + i) % window] = now;
  put(c, frame, frame_size * count);
}

static void connect_to(connection_t* c, int port, const char* path) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr*)&address, sizeof address) != 0) die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char request[512];
  int size = snprintf(
      request, sizeof request,
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      path, port);
  put(c, request, size);
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

// The head of the answer is in the buffer, perhaps in part. 1: it is complete.
static int read_head(connection_t* c, size_t size) {
  if (c->received + size >= sizeof c->head) return errno = EPROTO, die("handshake"), 0;
  memcpy(c->head + c->received, buffer, size);
  c->received += size;
  c->head[c->received] = 0;
  if (strncmp(c->head, "HTTP/1.1 101", c->received < 12 ? c->received : 12) != 0) {
    fprintf(stderr, "web_socket: refused: %.*s\n", (int)strcspn(c->head, "\r"), c->head);
    exit(1);
  }
  return strstr(c->head, "\r\n\r\n") != NULL;
}

// Takes apart what came: echoes, the last one perhaps in part.
static unsigned read_echoes(connection_t* c, const char* data, size_t size) {
  unsigned complete = 0;
  bytes += size;
  while (size > 0) {
    size_t part = expected_size - c->received < size ? expected_size - c->received : size;
    if (memcmp(data, expected + c->received, part) != 0) {
      fprintf(stderr, "web_socket: wrong echo\n");
      exit(1);
    }
    c->received += part, data += part, size -= part;
    if (c->received < expected_size) break;
    c->received = 0;
    note(now_us() - c->sent_at[(c->next + complete++) % window]);
  }
  messages += complete;
  return complete;
}

int main(int argc, char** argv) {
  if (argc != 7)
    return fprintf(stderr, "web_socket PORT PATH CONNECTIONS BYTES WINDOW SECONDS|idle\n"), 2;
  int count = atoi(argv[3]), idle = strcmp(argv[6], "idle") == 0;
  size_t size = (size_t)atol(argv[4]);
  window = (unsigned)atoi(argv[5]);
  if (count < 1 || size > MAX_BYTES || window < 1 || window > MAX_WINDOW) {
    return fprintf(stderr, "web_socket: too few or too many\n"), 2;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  make_frames(size);
  int poll = epoll_create1(0);
  connection_t* all = calloc(count, sizeof *all);
  // In portions: a listener's backlog is short.
  int opened = 0, begun = 0;
  struct epoll_event events[256];
  double started = 0, ends = 0;
  for (;;) {
    while (begun < count && begun - opened < 100) {
      connection_t* c = &all[begun++];
      connect_to(c, atoi(argv[1]), argv[2]);
      struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
      epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
    }
    int ready = epoll_wait(poll, events, 256, 1000);
    for (int i = 0; i < ready; i++) {
      connection_t* c = events[i].data.ptr;
      ssize_t got = recv(c->fd, buffer, 1 << 20, 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        if (started == 0 || idle) die("connection lost");
        failures++;
        epoll_ctl(poll, EPOLL_CTL_DEL, c->fd, NULL);
        continue;
      }
      if (!c->open) {
        // No message was sent yet, so nothing follows the head.
        if (!read_head(c, (size_t)got)) continue;
        c->open = 1;
        c->received = 0;
        opened++;
        if (idle) ask(c, 0, 1);
        continue;
      }
      unsigned complete = read_echoes(c, buffer, (size_t)got);
      c->next += complete;
      if (!idle && complete > 0) ask(c, c->next + window - complete, complete);
    }
    if (idle && messages == (uint64_t)count) {
      printf("OPEN %d\n", count);
      fflush(stdout);
      while (read(0, buffer, 1) > 0) {
      }
      return 0;
    }
    if (!idle && opened == count && started == 0) {
      started = now_us();
      ends = started + atof(argv[6]) * 1e6;
      for (int i = 0; i < count; i++) ask(&all[i], 0, window);
    }
    if (started != 0 && now_us() >= ends) break;
  }
  double us = now_us() - started;
  printf(
      "RESULT "
      "{\"requests\":%llu,\"us\":%.0f,\"bytes\":%llu,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,"
      "\"max\":%.0f,"
      "\"bad\":%llu,\"cpu\":%.0f}\n",
      (unsigned long long)messages, us, (unsigned long long)bytes, percentile(.5), percentile(.9),
      percentile(.99), longest, (unsigned long long)failures,
      (double)clock() / CLOCKS_PER_SEC * 1e6);
  return 0;
}
