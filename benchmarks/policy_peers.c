/* Two small servers of the policy benchmark.
 *
 *   policy_peers echo SOCKET             answers every request with DUNNO: what the load generator
 *                                        reaches when the server does nothing
 *   policy_peers spawn SOCKET PROGRAM... runs PROGRAM for each connection, on its standard input
 *                                        and output, as Postfix's spawn(8) does
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char answer[] = "action=DUNNO\n\n";

static void die(const char *what)
{
    fprintf(stderr, "policy_peers: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int listening(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (door < 0 || bind(door, (struct sockaddr *)&address, sizeof address) < 0
        || listen(door, 128) < 0)
        die(path);
    return door;
}

static void echo(int door)
{
    static char request[65536];
    struct epoll_event events[64], event = { .events = EPOLLIN, .data.fd = door };
    int poll = epoll_create1(0);
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int from = events[i].data.fd;
            if (from == door) {
                event.data.fd = accept(door, NULL, NULL);
                if (event.data.fd >= 0)
                    epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t got = recv(from, request, sizeof request, 0);
            if (got <= 0)
                close(from);
            else if (got >= 2 && !memcmp(request + got - 2, "\n\n", 2))
                send(from, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
    }
}

static void spawn(int door, char **program)
{
    for (;;) {
        int connection = accept(door, NULL, NULL);
        if (connection < 0)
            die("accept");
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        pid_t child = fork();
        if (child == 0) {
            dup2(connection, 0);
            dup2(connection, 1);
            close(connection);
            execv(program[0], program);
            die(program[0]);
        }
        close(connection);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "echo"))
        echo(listening(argv[2]));
    if (argc >= 4 && !strcmp(argv[1], "spawn"))
        spawn(listening(argv[2]), argv + 3);
    fprintf(stderr, "usage: policy_peers echo SOCKET | spawn SOCKET PROGRAM...\n");
    return 2;
}
