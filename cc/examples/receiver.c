/* Answers the RTP that comes to a UDP port with REMBs, by nothing but remb.h and POSIX sockets:
 *
 *   cc -std=c99 receiver.c $(pkg-config --cflags --libs remb) -o receiver    # or CMakeLists.txt
 *   ./receiver 5004                                                          # or 5004 3: see below
 *   ffmpeg -re -f lavfi -i testsrc -c:v libvpx -f rtp rtp://127.0.0.1:5004
 *
 * The second argument is the id of abs-send-time in the sender's SDP (a=extmap). Without it, and
 * for senders that don't have it, send times are RTP timestamps, of 90 kHz as all video has.
 *
 * REMBs go to where the packets come from, so the sender must listen there for RTCP, too (RFC 5761:
 * a=rtcp-mux in the SDP). One sender at a time. */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <remb/remb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MY_SSRC 1 /* a receiver that sends nothing else may have any */

struct receiver {
  int fd;
  remb_estimator *estimator;
  struct sockaddr_in peer; /* port 0: none yet */
};

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

/* How long poll(2) may sleep, in ms: until the estimator has something to do without a packet. */
static int sleep_ms(const remb_estimator *estimator) {
  const int64_t next_us = remb_next_poll_us(estimator);
  const int64_t left_us = next_us - now_us();
  if (next_us == INT64_MAX) return -1;
  if (left_us <= 0) return 0;
  return (int)(left_us < 60000000 ? left_us / 1000 + 1 : 60000);
}

static void take_packet(struct receiver *receiver) {
  uint8_t bytes[65535];
  struct sockaddr_in from;
  socklen_t from_size = sizeof from;
  const ssize_t size = recvfrom(receiver->fd, bytes, sizeof bytes, MSG_DONTWAIT,
                                (struct sockaddr *)&from, &from_size);
  if (size < 0) return; /* nothing there after all, or what a REMB met on its way */
  /* An error here is no RTP: the sender's RTCP, mostly. */
  if (remb_on_rtp_packet(receiver->estimator, now_us(), bytes, (int32_t)size) >= 0) {
    receiver->peer = from;
  }
}

/* Sends a REMB if one is due. One that could not be sent stays due. */
static void answer(struct receiver *receiver) {
  uint8_t bytes[REMB_MAX_MESSAGE_BYTES];
  char address[INET_ADDRSTRLEN];
  remb_message message;
  memset(&message, 0, sizeof message);
  message.struct_size = sizeof message;
  message.sender_ssrc = MY_SSRC;
  const int64_t now = now_us();
  const int32_t facts = remb_poll(receiver->estimator, now, &message);
  if (facts < 0 || !(facts & REMB_DUE) || receiver->peer.sin_port == 0) return;

  const int32_t size = remb_write(&message, bytes, sizeof bytes);
  if (size < 0 || sendto(receiver->fd, bytes, (size_t)size, 0, (struct sockaddr *)&receiver->peer,
                         sizeof receiver->peer) != size) {
    perror("receiver: sending a REMB");
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return;
  }
  remb_sent(receiver->estimator, now, message.bitrate_bps);
  inet_ntop(AF_INET, &receiver->peer.sin_addr, address, sizeof address);
  printf("REMB to %s:%d: %lld bit/s for %d SSRC\n", address, ntohs(receiver->peer.sin_port),
         (long long)message.bitrate_bps, (int)message.ssrc_count);
  fflush(stdout);
}

int main(int argc, char **argv) {
  struct receiver receiver = {.fd = socket(AF_INET, SOCK_DGRAM, 0)};
  struct sockaddr_in here = {.sin_family = AF_INET};
  remb_config config;
  const int port = argc > 1 ? atoi(argv[1]) : 0;
  if (port < 1 || port > 65535) {
    fprintf(stderr, "usage: %s PORT [ABS_SEND_TIME_ID]\n", argv[0]);
    return 2;
  }
  remb_config_init(&config, sizeof config);
  if (argc > 2) config.abs_send_time_id = atoi(argv[2]);
  const int32_t status = remb_create(&config, &receiver.estimator);
  if (status < 0) {
    fprintf(stderr, "receiver: %s\n", remb_status_string(status));
    return 2;
  }
  here.sin_port = htons((uint16_t)port);
  if (receiver.fd < 0 || bind(receiver.fd, (struct sockaddr *)&here, sizeof here) < 0) {
    perror("receiver: the UDP port");
    remb_destroy(receiver.estimator);
    return 1;
  }
  for (;;) {
    struct pollfd readable = {.fd = receiver.fd, .events = POLLIN};
    if (poll(&readable, 1, sleep_ms(receiver.estimator)) > 0) take_packet(&receiver);
    answer(&receiver);
  }
}
