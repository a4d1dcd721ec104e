// An OpenAI-compatible server that answers at once with canned text, to stand behind gateways that are measured.
// upstream PORT EVENTS PACE_MS: streamed answers have so many events, one every so many milliseconds (0: all at once).
// Each event carries the nanosecond of CLOCK_MONOTONIC at which it was sent, as "@123;", for `load.c` to read.
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

enum { MOST = 8192, ROOM = 65536 };

typedef struct {
  char request[ROOM];
  int have, sent;   // bytes of the request; events of the answer so far
  int streaming;
  long due;         // when the next event leaves, ns
} Connection;

static Connection *connections[MOST];
// Streams in the order of what is due: all have the same pace, so who was served last is due last.
static int queue[MOST * 2], head, tail;
static int events;
static long pace;

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void push(int fd) {
  queue[tail] = fd;
  tail = (tail + 1) % (MOST * 2);
}

static int chunk(char *to, const char *text) {
  return sprintf(to, "%zx\r\n%s\r\n", strlen(text), text);
}

static int one_event(char *to, int last) {
  char text[512];
  const char *id = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"mock\",";
  if (last)
    sprintf(text, "data: %s\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", id);
  else
    sprintf(text, "data: %s\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word @%ld;\"},\"finish_reason\":null}]}\n\n",
            id, now());
  return chunk(to, text);
}

static int last_events(char *to) {
  char text[512];
  int length = one_event(to, 1);
  sprintf(text,
          "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"mock\","
          "\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n",
          events, events + 100);
  length += chunk(to + length, text);
  length += chunk(to + length, "data: [DONE]\n\n");
  return length + sprintf(to + length, "0\r\n\r\n");
}

static void send_all(int fd, const char *bytes, int length) {
  while (length > 0) {
    long wrote = send(fd, bytes, length, MSG_NOSIGNAL);
    if (wrote > 0) bytes += wrote, length -= wrote;
    else if (errno != EAGAIN) return;
  }
}

static void step(int fd) {
  static char out[1 << 20];
  Connection *it = connections[fd];
  int length = 0;
  if (it->sent == 0)
    length = sprintf(out, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
  do length += one_event(out + length, 0), it->sent++;
  while (pace == 0 && it->sent < events);
  if (it->sent == events) {
    length += last_events(out + length);
    it->streaming = 0;
  }
  send_all(fd, out, length);
  if (!it->streaming) return;
  it->due += pace;
  push(fd);
}

static void answer(int fd, int stream) {
  static char body[16384], out[20000];
  Connection *it = connections[fd];
  if (stream) {
    it->sent = 0, it->streaming = 1, it->due = now();
    step(fd);
    return;
  }
  int length = sprintf(body,
                       "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"mock\","
                       "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"@%ld;",
                       now());
  for (int i = 0; i < events; i++) length += sprintf(body + length, " word");
  length += sprintf(body + length,
                    "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":%d,"
                    "\"total_tokens\":%d}}",
                    events, events + 100);
  length = sprintf(out, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", length, body);
  send_all(fd, out, length);
}

static void leave(int fd) {
  close(fd);
  if (connections[fd]) connections[fd]->have = connections[fd]->streaming = 0;
}

static void read_requests(int fd) {
  Connection *it = connections[fd];
  long got = recv(fd, it->request + it->have, ROOM - 1 - it->have, 0);
  if (got == 0 || (got < 0 && errno != EAGAIN)) return leave(fd);
  if (got < 0) return;
  it->have += got;
  for (;;) {
    it->request[it->have] = 0;
    char *end = strstr(it->request, "\r\n\r\n");
    if (!end) return;
    char *announced = strcasestr(it->request, "content-length:");
    long body = announced && announced < end ? atol(announced + 15) : 0;
    int total = end + 4 - it->request + body;
    if (total >= ROOM) return leave(fd);
    if (it->have < total) return;
    char after = it->request[total];
    it->request[total] = 0;
    int stream = strstr(end, "\"stream\":true") || strstr(end, "\"stream\": true");
    it->request[total] = after;
    memmove(it->request, it->request + total, it->have - total);
    it->have -= total;
    answer(fd, stream);
  }
}

int main(int count, char **values) {
  if (count != 4) return fprintf(stderr, "upstream PORT EVENTS PACE_MS\n"), 2;
  events = atoi(values[2]), pace = atol(values[3]) * 1000000L;
  int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(values[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 4096)) return perror("listen"), 1;
  int poll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = server}, ready[512];
  epoll_ctl(poll, EPOLL_CTL_ADD, server, &wanted);
  for (;;) {
    int found = epoll_wait(poll, ready, 512, head == tail ? -1 : 1);
    for (int i = 0; i < found; i++) {
      int fd = ready[i].data.fd;
      if (fd != server) {
        read_requests(fd);
        continue;
      }
      while ((fd = accept4(server, 0, 0, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MOST) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (!connections[fd]) connections[fd] = calloc(1, sizeof(Connection));
        wanted.data.fd = fd;
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &wanted);
      }
    }
    long time = now();
    while (head != tail && (!connections[queue[head]]->streaming || connections[queue[head]]->due <= time)) {
      int fd = queue[head];
      head = (head + 1) % (MOST * 2);
      if (connections[fd]->streaming) step(fd);
    }
  }
}
