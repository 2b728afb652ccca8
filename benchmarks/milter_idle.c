/* A mail filter for the benchmark inside Postfix that looks at nothing: what Postfix's side of a
 * filter costs.
 *
 *   milter_idle SOCKET
 *
 * It agrees to what gotrdns agrees to, so that Postfix sends it the same, and lets every recipient
 * and every message through unchanged.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM 131072 /* Postfix's longest header, 102,400 octets, and more */
#define HEAD 4

struct connection {
    int socket;
    size_t held;
    unsigned char octets[ROOM];
};

/* Version 6; add, change headers, choose macros; no body, no replies but to recipients and the
 * end. Then the macros for each of the seven stages: for the sender whether it authenticated. */
static const char agreement[] =
    "\0\0\0\112O\0\0\0\6\0\0\1\21\0\17\163\320"
    "\0\0\0\0j\0" "\0\0\0\1\0" "\0\0\0\2{auth_type} {auth_authen}\0"
    "\0\0\0\3\0" "\0\0\0\4\0" "\0\0\0\5\0" "\0\0\0\6";
static const char go_on[] = "\0\0\0\1c";

static void die(const char *what)
{
    fprintf(stderr, "milter_idle: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listening(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    umask(0);
    if (door < 0 || bind(door, (struct sockaddr *)&address, sizeof address) < 0
        || listen(door, 128) < 0)
        die(path);
    return door;
}

static void answer(int socket, unsigned char command)
{
    if (command == 'O')
        send(socket, agreement, sizeof agreement, MSG_NOSIGNAL); /* its last octet ends a list */
    else if (command == 'R' || command == 'E')
        send(socket, go_on, sizeof go_on - 1, MSG_NOSIGNAL);
}

/* 0 when the connection is over. */
static int hear(struct connection *connection)
{
    unsigned char *octets = connection->octets;
    ssize_t got = recv(connection->socket, octets + connection->held, ROOM - connection->held, 0);
    if (got <= 0)
        return 0;
    connection->held += (size_t)got;
    size_t start = 0;
    while (connection->held - start > HEAD) {
        const unsigned char *at = octets + start;
        size_t length = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        if (length > ROOM - HEAD || at[HEAD] == 'Q')
            return 0;
        if (connection->held - start < HEAD + length)
            break;
        answer(connection->socket, at[HEAD]);
        start += HEAD + length;
    }
    connection->held -= start;
    memmove(octets, octets + start, connection->held);
    return 1;
}

static void admit(int poll, int door)
{
    struct connection *connection = malloc(sizeof *connection);
    if (connection == NULL)
        die("malloc");
    connection->held = 0;
    connection->socket = accept(door, NULL, NULL);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    if (connection->socket < 0
        || epoll_ctl(poll, EPOLL_CTL_ADD, connection->socket, &event) < 0)
        die("accept");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: milter_idle SOCKET\n");
        return 2;
    }
    int door = listening(argv[1]), poll = epoll_create1(0);
    struct epoll_event events[64], event = { .events = EPOLLIN, .data.ptr = NULL };
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                admit(poll, door);
            } else if (!hear(connection)) {
                close(connection->socket);
                free(connection);
            }
        }
    }
}
