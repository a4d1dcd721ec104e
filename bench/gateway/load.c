// Asks a chat-completions server and says what came of it, as one line of JSON.
// load PORT CONNECTIONS SECONDS RATE FILE: so many connections ask the request in FILE (head and body, as bytes) again and
// again (RATE 0), or so many times a second together. Answers are told whole by their length or their last chunk. Where
// a piece of text is "@123;", 123 is the nanosecond at which `upstream.c` sent it, and the difference its delay.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  int fd, busy, status, in_head, chunked;
  long left;             // bytes of the body, or of the chunk, still to come; -1: a chunk's length comes next
  int sent, head_length;
  char head[8192];
  char line[64];         // of a chunk's length
  int line_length, last;
  char mark[24];         // digits of a time that has begun
  int mark_length, marks; // -1: none has begun; how many there were
  long began;
} Connection;

typedef struct { unsigned *values; long count, room; } Samples;

static Connection *connections;
static Samples latency, first, delay;
static char *request;
static int request_length, poll, port;
static long requests, failed, events;

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void note(Samples *all, long ns) {
  if (all->count == all->room) all->values = realloc(all->values, (all->room = all->room * 2 + 1024) * sizeof(unsigned));
  all->values[all->count++] = ns < 0 ? 0 : ns / 1000;
}

static void join(Connection *it) {
  if (it->fd >= 0) close(it->fd);
  it->fd = socket(AF_INET, SOCK_STREAM, 0);
  int yes = 1;
  setsockopt(it->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (connect(it->fd, (struct sockaddr *)&at, sizeof at)) perror("connect"), exit(1);
  struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = it};
  epoll_ctl(poll, EPOLL_CTL_ADD, it->fd, &wanted);
}

static void ask(Connection *it) {
  it->busy = 1, it->in_head = 1, it->head_length = 0, it->line_length = 0, it->last = 0, it->mark_length = -1, it->marks = 0;
  it->began = now();
  for (int done = 0; done < request_length;) {
    long wrote = send(it->fd, request + done, request_length - done, MSG_NOSIGNAL);
    if (wrote > 0) done += wrote;
    else { join(it); done = 0; }
  }
}

static void finish(Connection *it, int whole, long time) {
  it->busy = 0;
  if (whole && it->status == 200) requests++, note(&latency, time - it->began);
  else failed++;
  if (!whole) join(it);
}

static void read_text(Connection *it, const char *bytes, long length, long time) {
  for (long i = 0; i < length; i++) {
    if (it->mark_length < 0) {
      const char *found = memchr(bytes + i, '@', length - i);
      if (!found) return;
      i = found - bytes;
      it->mark_length = 0;
    } else if (bytes[i] == ';') {
      it->mark[it->mark_length] = 0;
      if (it->marks++ == 0) note(&first, time - it->began);
      events++;
      note(&delay, time - atol(it->mark));
      it->mark_length = -1;
    } else if (it->mark_length < 23) it->mark[it->mark_length++] = bytes[i];
  }
}

// Returns the bytes of the head that these are, and 0 once it is over.
static long read_head(Connection *it, const char *bytes, long length) {
  for (long i = 0; i < length; i++) {
    if (it->head_length == sizeof it->head - 1) fprintf(stderr, "a head too long\n"), exit(1);
    it->head[it->head_length++] = bytes[i];
    if (it->head_length < 4 || memcmp(it->head + it->head_length - 4, "\r\n\r\n", 4)) continue;
    it->head[it->head_length] = 0;
    it->in_head = 0;
    it->status = atoi(it->head + 9);
    char *announced = strcasestr(it->head, "\r\ncontent-length:");
    it->chunked = announced == 0;
    it->left = announced ? atol(announced + 17) : -1;
    return i + 1;
  }
  return length;
}

static void read_bytes(Connection *it, const char *bytes, long length, long time) {
  while (length > 0 && it->busy) {
    long used = 1;
    if (it->in_head) used = read_head(it, bytes, length);
    else if (it->left > 0) {
      used = it->left < length ? it->left : length;
      if (!it->chunked || it->left > 2) read_text(it, bytes, used, time);
      it->left -= used;
      if (it->left == 0 && it->chunked) {
        if (it->last) finish(it, 1, time);
        it->left = -1;
      }
    } else if (*bytes == '\n') {
      it->line[it->line_length] = 0;
      it->line_length = 0;
      long size = strtol(it->line, 0, 16);
      it->last = size == 0;
      it->left = size + 2; // and the line end behind it
    } else if (it->line_length < 63) it->line[it->line_length++] = *bytes;
    bytes += used, length -= used;
    if (!it->in_head && !it->chunked && it->left == 0 && it->busy) finish(it, 1, time);
  }
}

static int by_size(const void *one, const void *other) {
  unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;
  return a < b ? -1 : a > b;
}

static void print(const char *name, Samples *all) {
  qsort(all->values, all->count, sizeof(unsigned), by_size);
  unsigned at[3] = {0};
  if (all->count) at[0] = all->values[all->count / 2], at[1] = all->values[all->count * 99 / 100], at[2] = all->values[all->count - 1];
  printf(",\"%s\":{\"p50\":%u,\"p99\":%u,\"max\":%u}", name, at[0], at[1], at[2]);
}

int main(int count, char **values) {
  if (count != 6) return fprintf(stderr, "load PORT CONNECTIONS SECONDS RATE FILE\n"), 2;
  port = atoi(values[1]);
  int most = atoi(values[2]);
  double seconds = atof(values[3]), rate = atof(values[4]);
  FILE *file = fopen(values[5], "rb");
  if (!file) return perror(values[5]), 1;
  request = malloc(1 << 20);
  request_length = fread(request, 1, 1 << 20, file);
  connections = calloc(most, sizeof(Connection));
  poll = epoll_create1(0);
  for (int i = 0; i < most; i++) connections[i].fd = -1, join(&connections[i]);
  static char bytes[1 << 18];
  struct epoll_event ready[512];
  long began = now(), end = began + seconds * 1e9, due = 0, late = 0;
  int next = 0, open = 0;
  for (int i = 0; rate == 0 && i < most; i++) {
    // Spread over one pace, so that they do not march in step.
    ask(&connections[i]);
    open++;
    if (most > 64) usleep(20000 / most);
  }
  while (now() < end || open > 0) {
    long time = now();
    while (rate > 0 && time < end && due < (time - began) * rate / 1e9) {
      int tried = 0;
      while (connections[next].busy && tried++ < most) next = (next + 1) % most;
      if (connections[next].busy) { late++, due++; continue; }
      ask(&connections[next]);
      open++, due++;
    }
    if (time > end + 20e9) break;
    int found = epoll_wait(poll, ready, 512, rate > 0 ? 0 : 100);
    for (int i = 0; i < found; i++) {
      Connection *it = ready[i].data.ptr;
      long got = recv(it->fd, bytes, sizeof bytes, MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) continue;
      time = now();
      if (got <= 0) {
        if (it->busy) finish(it, 0, time), open--;
        else join(it);
        continue;
      }
      int was = it->busy;
      read_bytes(it, bytes, got, time);
      if (!was || it->busy) continue;
      open--;
      if (rate == 0 && now() < end) ask(it), open++;
    }
  }
  printf("{\"seconds\":%.3f,\"requests\":%ld,\"failed\":%ld,\"late\":%ld,\"events\":%ld", (now() - began) / 1e9, requests, failed + open,
         late, events);
  print("latency", &latency), print("first", &first), print("delay", &delay);
  printf("}\n");
}
