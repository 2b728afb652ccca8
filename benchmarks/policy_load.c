/* The policy benchmark's load generator: asks a policy server over a unix socket as Postfix does,
 * one request at a time on each lasting connection, and times every answer.
 *
 *   policy_load SOCKET CONNECTIONS SECONDS FILE WARM-UP-REQUESTS wrap|once
 *
 * FILE holds requests, each ended by an empty line and carrying "instance=" with at least ten
 * characters, which are overwritten so that no two requests share one. After the warm-up it prints
 * "ready" and waits for a line on standard input; after the run it prints one line of JSON and
 * waits again, connections still open, so that the server can be looked at meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_KINDS 16
#define REPLY_ROOM 4096
#define INSTANCE_DIGITS 10

struct request {
    char *text;
    size_t length;
    char *instance;
};

struct connection {
    int socket;
    size_t held;
    int64_t asked;
    char reply[REPLY_ROOM];
};

struct kind {
    char word[40];
    uint64_t count;
};

static struct request *requests;
static size_t request_count, next_request, allowed;
static uint64_t instances;
static int wrap;
static struct kind kinds[MAX_KINDS];
static int64_t *latencies;
static size_t latency_count, latency_room;

static void die(const char *what)
{
    fprintf(stderr, "policy_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec)
        + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void load(const char *path)
{
    struct stat about;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) < 0)
        die(path);
    size_t size = (size_t)about.st_size, room = 0;
    /* Private and writable: the instances are written into it. */
    char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (text == MAP_FAILED)
        die("mmap");
    for (char *start = text; start < text + size;) {
        char *end = memmem(start, (size_t)(text + size - start), "\n\n", 2);
        if (end == NULL)
            break;
        if (request_count == room) {
            room = room ? room * 2 : 1024;
            requests = realloc(requests, room * sizeof *requests);
            if (requests == NULL)
                die("realloc");
        }
        struct request *request = &requests[request_count++];
        request->text = start;
        request->length = (size_t)(end + 2 - start);
        request->instance = memmem(start, request->length, "\ninstance=", 10);
        if (request->instance == NULL) {
            fprintf(stderr, "policy_load: a request without an instance\n");
            exit(1);
        }
        request->instance += 10;
        start = end + 2;
    }
    if (request_count == 0) {
        fprintf(stderr, "policy_load: no requests in %s\n", path);
        exit(1);
    }
    close(file);
}

/* 0 when there is nothing left to ask. */
static int ask(struct connection *connection)
{
    static const char digits[] = "0123456789abcdef";
    if (next_request == request_count && wrap)
        next_request = 0;
    if (allowed == 0 || next_request == request_count)
        return 0;
    allowed--;
    struct request *request = &requests[next_request++];
    uint64_t number = instances++;
    for (int place = INSTANCE_DIGITS - 1; place >= 0; place--, number >>= 4)
        request->instance[place] = digits[number & 15];
    connection->held = 0;
    connection->asked = now();
    /* The socket's buffer holds many times one request, and only one is ever in it. */
    if (send(connection->socket, request->text, request->length, MSG_NOSIGNAL)
        != (ssize_t)request->length)
        die("send");
    return 1;
}

static void count_kind(const struct connection *connection)
{
    size_t length = 0;
    while (length < connection->held && length < sizeof kinds[0].word - 1
           && connection->reply[length] != ' ' && connection->reply[length] != '\n')
        length++;
    for (int i = 0; i < MAX_KINDS; i++) {
        if (kinds[i].count == 0) {
            memcpy(kinds[i].word, connection->reply, length);
            kinds[i].word[length] = 0;
        }
        if (strlen(kinds[i].word) == length && !memcmp(kinds[i].word, connection->reply, length)) {
            kinds[i].count++;
            return;
        }
    }
}

/* 1 when a whole answer is there. */
static int hear(struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->reply + connection->held,
                       REPLY_ROOM - connection->held, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        errno = got ? errno : ECONNRESET;
        die("the server hung up or answered with too much");
    }
    connection->held += (size_t)got;
    return connection->held >= 2 && !memcmp(connection->reply + connection->held - 2, "\n\n", 2);
}

/* Ask on every connection until the allowance, the time or the requests are used up. */
static int64_t run(int poll, struct connection *connections, int count, int64_t until, int timing)
{
    struct epoll_event events[64];
    int outstanding = 0;
    for (int i = 0; i < count; i++)
        outstanding += ask(&connections[i]);
    int64_t at = now();
    while (outstanding > 0) {
        int ready = epoll_wait(poll, events, 64, 120000);
        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready <= 0 && errno != EINTR)
            die("waiting for an answer");
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!hear(connection))
                continue;
            at = now();
            if (timing) {
                if (latency_count == latency_room) {
                    latency_room = latency_room ? latency_room * 2 : 1 << 16;
                    latencies = realloc(latencies, latency_room * sizeof *latencies);
                    if (latencies == NULL)
                        die("realloc");
                }
                latencies[latency_count++] = at - connection->asked;
                count_kind(connection);
            }
            if (at >= until || !ask(connection))
                outstanding--;
        }
    }
    return at;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double part)
{
    size_t at = (size_t)((double)(latency_count - 1) * part);
    return (double)latencies[at] / 1000.0;
}

static void await_line(void)
{
    char byte;
    while (read(0, &byte, 1) == 1 && byte != '\n')
        ;
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: policy_load SOCKET CONNECTIONS SECONDS FILE WARM-UP wrap|once\n");
        return 2;
    }
    int count = atoi(argv[2]);
    double seconds = atof(argv[3]);
    load(argv[4]);
    wrap = !strcmp(argv[6], "wrap");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    int poll = epoll_create1(0);
    if (connections == NULL || poll < 0)
        die("start");
    for (int i = 0; i < count; i++) {
        int end = socket(AF_UNIX, SOCK_STREAM, 0);
        if (end < 0 || connect(end, (struct sockaddr *)&address, sizeof address) < 0)
            die(argv[1]);
        connections[i].socket = end;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &connections[i] };
        epoll_ctl(poll, EPOLL_CTL_ADD, end, &event);
    }
    /* Every connection takes part in the warm-up: a server may start a process for each. */
    size_t warm_up = (size_t)atol(argv[5]);
    allowed = warm_up > (size_t)count ? warm_up : (size_t)count;
    run(poll, connections, count, INT64_MAX, 0);
    puts("ready");
    fflush(stdout);
    await_line();
    allowed = SIZE_MAX;
    double cpu_before = cpu();
    int64_t began = now();
    int64_t ended = run(poll, connections, count, began + (int64_t)(seconds * 1e9), 1);
    double spent = cpu() - cpu_before;
    if (latency_count == 0) {
        fprintf(stderr, "policy_load: the warm-up used up the requests\n");
        return 1;
    }
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("{\"requests\": %zu, \"seconds\": %.6f, \"load_cpu\": %.6f, \"p50_us\": %.1f,"
           " \"p99_us\": %.1f, \"max_us\": %.1f, \"used_up\": %s, \"replies\": {",
           latency_count, (double)(ended - began) / 1e9, spent, percentile(0.50),
           percentile(0.99), percentile(1.0),
           !wrap && next_request == request_count ? "true" : "false");
    for (int i = 0; i < MAX_KINDS && kinds[i].count; i++)
        printf("%s\"%s\": %llu", i ? ", " : "", kinds[i].word, (unsigned long long)kinds[i].count);
    puts("}}");
    fflush(stdout);
    await_line();
    return 0;
}
