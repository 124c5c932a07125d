/* Reaches every error that remb.h documents, of every function, from C, and checks that after an
 * error nothing has changed. The table below says which they are; one that is not reached fails the
 * test. */
#include <remb/remb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAVE_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAVE_SANITIZER 1
#endif

/* ---- An allocator that fails on demand; a sanitizer has its own, which does not ---------------
 */

#ifdef HAVE_SANITIZER
#define BIT_NO_MEMORY 0u
#else
#define BIT_NO_MEMORY BIT(REMB_ERR_NO_MEMORY)

extern void *__libc_malloc(size_t size);
static int no_memory;

void *malloc(size_t size) { return no_memory ? NULL : __libc_malloc(size); }
#endif

/* ---- What each function documents, and what was reached ---------------------------------------
 */

#define BIT(error) (1u << -(error))

enum { BITS = 10 };

#define BIT_NULL BIT(REMB_ERR_NULL)
#define BIT_SIZE BIT(REMB_ERR_STRUCT_SIZE)
#define BIT_ARGUMENT BIT(REMB_ERR_ARGUMENT)
#define BIT_TIME BIT(REMB_ERR_TIME)
#define BIT_BUFFER BIT(REMB_ERR_BUFFER_TOO_SMALL)
#define BIT_MALFORMED BIT(REMB_ERR_MALFORMED)
#define BIT_NOT_FOUND BIT(REMB_ERR_NOT_FOUND)
#define BIT_TOO_MANY BIT(REMB_ERR_TOO_MANY_STREAMS)

#define FUNCTIONS(X)                                                                   \
  X(config_init, BIT_NULL | BIT_SIZE)                                                  \
  X(create, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_NO_MEMORY)                        \
  X(reset, BIT_NULL)                                                                   \
  X(add_stream, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_TOO_MANY | BIT_NO_MEMORY)     \
  X(remove_stream, BIT_NULL | BIT_NOT_FOUND)                                           \
  X(on_rtp_packet, BIT_NULL | BIT_ARGUMENT | BIT_TIME | BIT_MALFORMED | BIT_NO_MEMORY) \
  X(on_packet, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_TIME | BIT_NO_MEMORY)          \
  X(on_packets, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_TIME | BIT_NO_MEMORY)         \
  X(set_rtt, BIT_NULL | BIT_ARGUMENT)                                                  \
  X(set_max_bitrate, BIT_NULL | BIT_ARGUMENT)                                          \
  X(set_min_bitrate, BIT_NULL | BIT_ARGUMENT)                                          \
  X(poll, BIT_NULL | BIT_SIZE | BIT_TIME)                                              \
  X(sent, BIT_NULL | BIT_TIME | BIT_ARGUMENT)                                          \
  X(next_poll_us, BIT_NULL)                                                            \
  X(estimate, BIT_NULL)                                                                \
  X(ssrcs, BIT_NULL | BIT_ARGUMENT | BIT_BUFFER)                                       \
  X(get_stats, BIT_NULL | BIT_SIZE)                                                    \
  X(streams, BIT_NULL | BIT_ARGUMENT)                                                  \
  X(get_stream_stats, BIT_NULL | BIT_SIZE | BIT_NOT_FOUND)                             \
  X(write, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_BUFFER)                            \
  X(parse, BIT_NULL | BIT_SIZE | BIT_ARGUMENT | BIT_MALFORMED | BIT_NOT_FOUND)

#define FUNCTION_INDEX(name, errors) FUNCTION_##name,
enum { FUNCTIONS(FUNCTION_INDEX) FUNCTION_COUNT };

static unsigned reached[FUNCTION_COUNT];
static int failures;

static void Fail(int line, const char *what) {
  fprintf(stderr, "every_error_test.c:%d: %s\n", line, what);
  ++failures;
}

#define CHECK(condition)                          \
  do {                                            \
    if (!(condition)) Fail(__LINE__, #condition); \
  } while (0)

/* ---- All that can be seen of an estimator -----------------------------------------------------
 */

typedef struct View {
  remb_stats stats;
  int64_t estimate;
  int64_t next_poll;
  int32_t count;
  uint32_t ssrcs[REMB_MAX_SSRCS];
} View;

static remb_estimator *estimator; /* the one that FAILS looks at */

static View Look(void) {
  View view;
  memset(&view, 0, sizeof view);
  view.stats.struct_size = sizeof view.stats;
  CHECK(remb_get_stats(estimator, &view.stats) == REMB_OK);
  view.estimate = remb_estimate(estimator);
  view.next_poll = remb_next_poll_us(estimator);
  view.count = remb_ssrcs(estimator, view.ssrcs, REMB_MAX_SSRCS);
  return view;
}

static void NoteFailure(int function, int32_t wanted, int64_t got, const View *before, int line,
                        const char *call) {
  const View after = Look();
  if (got != wanted) {
    fprintf(stderr, "%s gave %lld (%s), not %d (%s)\n", call, (long long)got,
            remb_status_string((int32_t)got), (int)wanted, remb_status_string(wanted));
    Fail(line, "wrong status");
  }
  if (memcmp(before, &after, sizeof after) != 0) {
    fprintf(stderr, "%s\n", call);
    Fail(line, "something changed although the call failed");
  }
  reached[function] |= BIT(wanted);
}

/* Calls remb_FUNCTION with the arguments in parentheses. */
#define FAILS(error, function, arguments)                             \
  do {                                                                \
    const View before_ = Look();                                      \
    const int64_t got_ = remb_##function arguments;                   \
    NoteFailure(FUNCTION_##function, error, got_, &before_, __LINE__, \
                "remb_" #function #arguments);                        \
  } while (0)

#define OK(call) CHECK((call) >= 0)

/* ---- Structs as a caller has them -------------------------------------------------------------
 */

static remb_config DefaultConfig(void) {
  remb_config config;
  OK(remb_config_init(&config, sizeof config));
  return config;
}

static remb_stream StreamOf(uint32_t ssrc) {
  remb_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.struct_size = sizeof stream;
  stream.ssrc = ssrc;
  return stream;
}

static remb_packet PacketOf(uint32_t ssrc, int64_t arrival_us) {
  remb_packet packet;
  memset(&packet, 0, sizeof packet);
  packet.struct_size = sizeof packet;
  packet.ssrc = ssrc;
  packet.arrival_us = arrival_us;
  packet.stamps = REMB_STAMP_ABS_SEND_TIME | REMB_STAMP_RTP_TIMESTAMP;
  packet.abs_send_time = (uint32_t)((arrival_us << 18) / 1000000) & 0xFFFFFF;
  packet.rtp_timestamp = (uint32_t)(arrival_us * 90 / 1000);
  packet.payload_bytes = 1000;
  return packet;
}

static remb_message MessageOf(int64_t bitrate_bps) {
  remb_message message;
  memset(&message, 0, sizeof message);
  message.struct_size = sizeof message;
  message.sender_ssrc = 1;
  message.bitrate_bps = bitrate_bps;
  message.ssrc_count = 2;
  message.ssrcs[0] = 7;
  message.ssrcs[1] = 8;
  return message;
}

/* A struct as a newer version of the library would have it: longer by a tail. A union, so that the
 * tail lies right behind the struct. */
enum { TAIL = 24 };
#define NEWER(type)                           \
  union {                                     \
    type now;                                 \
    unsigned char bytes[sizeof(type) + TAIL]; \
  }

/* ---- The calls --------------------------------------------------------------------------------
 */

static void TestNull(void) {
  remb_packet packet = PacketOf(7, 5000000);
  uint32_t ssrcs[4];
  uint8_t bytes[64] = {0x80};
  remb_message message = MessageOf(1000);
  remb_stats stats;
  remb_stream_stats stream_stats;
  remb_stream stream = StreamOf(1);
  stats.struct_size = sizeof stats;
  stream_stats.struct_size = sizeof stream_stats;

  FAILS(REMB_ERR_NULL, config_init, (NULL, sizeof(remb_config)));
  FAILS(REMB_ERR_NULL, create, (NULL, NULL));
  FAILS(REMB_ERR_NULL, reset, (NULL));
  FAILS(REMB_ERR_NULL, add_stream, (NULL, &stream));
  FAILS(REMB_ERR_NULL, add_stream, (estimator, NULL));
  FAILS(REMB_ERR_NULL, remove_stream, (NULL, 7));
  FAILS(REMB_ERR_NULL, on_rtp_packet, (NULL, 0, bytes, 12));
  FAILS(REMB_ERR_NULL, on_rtp_packet, (estimator, 0, NULL, 12));
  FAILS(REMB_ERR_NULL, on_rtp_packet, (estimator, 0, NULL, 0));
  FAILS(REMB_ERR_NULL, on_packet, (NULL, &packet));
  FAILS(REMB_ERR_NULL, on_packet, (estimator, NULL));
  FAILS(REMB_ERR_NULL, on_packets, (NULL, &packet, 1));
  FAILS(REMB_ERR_NULL, on_packets, (NULL, NULL, 0));
  FAILS(REMB_ERR_NULL, on_packets, (estimator, NULL, 1));
  FAILS(REMB_ERR_NULL, set_rtt, (NULL, 1));
  FAILS(REMB_ERR_NULL, set_max_bitrate, (NULL, 1000000));
  FAILS(REMB_ERR_NULL, set_min_bitrate, (NULL, 10000));
  FAILS(REMB_ERR_NULL, poll, (NULL, 0, &message));
  FAILS(REMB_ERR_NULL, sent, (NULL, 0, 1000));
  FAILS(REMB_ERR_NULL, next_poll_us, (NULL));
  FAILS(REMB_ERR_NULL, estimate, (NULL));
  FAILS(REMB_ERR_NULL, ssrcs, (NULL, ssrcs, 4));
  FAILS(REMB_ERR_NULL, ssrcs, (estimator, NULL, 4));
  FAILS(REMB_ERR_NULL, get_stats, (NULL, &stats));
  FAILS(REMB_ERR_NULL, get_stats, (estimator, NULL));
  FAILS(REMB_ERR_NULL, streams, (NULL, ssrcs, 4));
  FAILS(REMB_ERR_NULL, streams, (estimator, NULL, 4));
  FAILS(REMB_ERR_NULL, get_stream_stats, (NULL, 7, &stream_stats));
  FAILS(REMB_ERR_NULL, get_stream_stats, (estimator, 7, NULL));
  FAILS(REMB_ERR_NULL, write, (NULL, bytes, 64));
  FAILS(REMB_ERR_NULL, write, (&message, NULL, 64));
  FAILS(REMB_ERR_NULL, parse, (NULL, 0, &message));
  FAILS(REMB_ERR_NULL, parse, (bytes, 64, NULL));

  /* Where NULL is allowed. */
  CHECK(remb_on_packets(estimator, NULL, 0) == REMB_OK);
  remb_destroy(NULL);
}

static void CreateFails(const remb_config *config, int32_t error, int line) {
  remb_estimator *const untouched = (remb_estimator *)&failures;
  remb_estimator *created = untouched;
  FAILS(error, create, (config, &created));
  if (created != untouched) Fail(line, "a failed remb_create set the estimator");
}

#define CREATE_FAILS_WITH(member, value)                \
  do {                                                  \
    remb_config config_ = DefaultConfig();              \
    config_.member = value;                             \
    CreateFails(&config_, REMB_ERR_ARGUMENT, __LINE__); \
  } while (0)

#define CREATE_TAKES(member, value)                                         \
  do {                                                                      \
    remb_config config_ = DefaultConfig();                                  \
    remb_estimator *created_ = NULL;                                        \
    config_.member = value;                                                 \
    CHECK(remb_create(&config_, &created_) == REMB_OK && created_ != NULL); \
    remb_destroy(created_);                                                 \
  } while (0)

static void TestConfig(void) {
  NEWER(remb_config) newer;
  remb_config config;
  remb_estimator *created;

  /* As an older and as a newer program has it: no byte is written behind its struct. */
  memset(&newer, 0xA5, sizeof newer);
  FAILS(REMB_ERR_STRUCT_SIZE, config_init, (&newer.now, 3));
  FAILS(REMB_ERR_STRUCT_SIZE, config_init, (&newer.now, 65537));
  CHECK(newer.bytes[0] == 0xA5);
  OK(remb_config_init(&newer.now, 16));
  CHECK(newer.now.struct_size == 16 && newer.now.max_streams == 16384 && newer.bytes[16] == 0xA5);
  OK(remb_config_init(&newer.now, sizeof newer));
  CHECK(newer.now.struct_size == sizeof newer && newer.bytes[sizeof newer - 1] == 0);
  CHECK(remb_create(&newer.now, &created) == REMB_OK);
  remb_destroy(created);

  CREATE_FAILS_WITH(profile, -1);
  CREATE_FAILS_WITH(profile, REMB_PROFILE_ADAPTIVE + 1);
  CREATE_FAILS_WITH(clock, -1);
  CREATE_FAILS_WITH(clock, REMB_CLOCK_ABS_CAPTURE_TIME + 1);
  CREATE_FAILS_WITH(max_streams, -1);
  CREATE_FAILS_WITH(max_streams, 1000001);
  CREATE_FAILS_WITH(abs_send_time_id, -2);
  CREATE_FAILS_WITH(abs_send_time_id, 256);
  CREATE_FAILS_WITH(transmission_offset_id, -2);
  CREATE_FAILS_WITH(transmission_offset_id, 256);
  CREATE_FAILS_WITH(abs_capture_time_id, -2);
  CREATE_FAILS_WITH(abs_capture_time_id, 256);
  CREATE_FAILS_WITH(known_streams_only, 2);
  CREATE_FAILS_WITH(known_streams_only, -1);
  CREATE_FAILS_WITH(clock_rate_hz, -1);
  CREATE_FAILS_WITH(clock_rate_hz, 999);
  CREATE_FAILS_WITH(clock_rate_hz, 1000001);
  CREATE_FAILS_WITH(count_audio, -1);
  CREATE_FAILS_WITH(count_audio, 2);
  CREATE_FAILS_WITH(initial_bitrate_bps, -1);
  CREATE_FAILS_WITH(initial_bitrate_bps, REMB_MAX_BITRATE_BPS + 1);
  CREATE_FAILS_WITH(min_bitrate_bps, -1);
  CREATE_FAILS_WITH(min_bitrate_bps, REMB_MAX_BITRATE_BPS + 1);
  CREATE_FAILS_WITH(max_bitrate_bps, -1);
  CREATE_FAILS_WITH(max_bitrate_bps, REMB_MAX_BITRATE_BPS + 1);
  CREATE_FAILS_WITH(max_bitrate_bps, 4999); /* below the minimum */
  CREATE_FAILS_WITH(remb_interval_us, -1);
  CREATE_FAILS_WITH(remb_interval_us, 9999);
  CREATE_FAILS_WITH(remb_interval_us, 60000001);
  CREATE_FAILS_WITH(remb_start_interval_us, -2);
  CREATE_FAILS_WITH(remb_start_interval_us, 9999);
  CREATE_FAILS_WITH(remb_start_interval_us, 60000001);
  CREATE_FAILS_WITH(remb_start_duration_us, -1);
  CREATE_FAILS_WITH(remb_start_duration_us, 9999);
  CREATE_FAILS_WITH(remb_start_duration_us, 60000001);
  CREATE_FAILS_WITH(remb_min_interval_us, -2);
  CREATE_FAILS_WITH(remb_min_interval_us, 9999);
  CREATE_FAILS_WITH(remb_min_interval_us, 60000001);
  CREATE_FAILS_WITH(remb_fall_percent, -2);
  CREATE_FAILS_WITH(remb_fall_percent, 1001);
  CREATE_FAILS_WITH(remb_rise_percent, -2);
  CREATE_FAILS_WITH(remb_rise_percent, 1001);
  CREATE_TAKES(max_streams, 1);
  CREATE_TAKES(max_streams, 1000000);
  CREATE_TAKES(abs_send_time_id, 255);
  CREATE_TAKES(transmission_offset_id, REMB_ID_NONE);
  CREATE_TAKES(abs_capture_time_id, 255);
  CREATE_TAKES(clock, REMB_CLOCK_ABS_CAPTURE_TIME);
  CREATE_TAKES(clock_rate_hz, 1000);
  CREATE_TAKES(clock_rate_hz, 1000000);
  CREATE_TAKES(initial_bitrate_bps, REMB_MAX_BITRATE_BPS);
  CREATE_TAKES(min_bitrate_bps, REMB_MAX_BITRATE_BPS);
  CREATE_TAKES(max_bitrate_bps, 5000);
  CREATE_TAKES(remb_interval_us, 10000);
  CREATE_TAKES(remb_interval_us, 60000000);
  CREATE_TAKES(remb_start_interval_us, REMB_OFF);
  CREATE_TAKES(remb_start_interval_us, 60000000);
  CREATE_TAKES(remb_start_duration_us, 10000);
  CREATE_TAKES(remb_min_interval_us, REMB_OFF);
  CREATE_TAKES(remb_fall_percent, REMB_OFF);
  CREATE_TAKES(remb_fall_percent, 1000);
  CREATE_TAKES(remb_rise_percent, REMB_OFF);
  CREATE_TAKES(remb_rise_percent, 1);
  CREATE_TAKES(profile, REMB_PROFILE_DEFAULT);
  CREATE_TAKES(profile, REMB_PROFILE_LIBWEBRTC);
  CREATE_TAKES(profile, REMB_PROFILE_ADAPTIVE);

  /* Foreign sizes. */
  config = DefaultConfig();
  config.struct_size = 3;
  CreateFails(&config, REMB_ERR_STRUCT_SIZE, __LINE__);
  config.struct_size = 0;
  CreateFails(&config, REMB_ERR_STRUCT_SIZE, __LINE__);
  config.struct_size = UINT32_MAX; /* as an uninitialised one may be */
  CreateFails(&config, REMB_ERR_STRUCT_SIZE, __LINE__);
  memset(&newer, 0, sizeof newer);
  newer.now.struct_size = sizeof newer;
  newer.bytes[sizeof newer - 1] = 1;
  CreateFails(&newer.now, REMB_ERR_STRUCT_SIZE, __LINE__);
  newer.bytes[sizeof newer - 1] = 0;
  newer.bytes[sizeof(remb_config)] = 1;
  CreateFails(&newer.now, REMB_ERR_STRUCT_SIZE, __LINE__);
  newer.bytes[sizeof(remb_config)] = 0;
  CHECK(remb_create(&newer.now, &created) == REMB_OK);
  remb_destroy(created);
  /* Nothing behind struct_size is read: there a value would be out of range. */
  config.struct_size = sizeof config.struct_size;
  config.clock = 99;
  CHECK(remb_create(&config, &created) == REMB_OK);
  remb_destroy(created);
  config.struct_size = offsetof(remb_config, clock) + sizeof config.clock;
  CreateFails(&config, REMB_ERR_ARGUMENT, __LINE__);
}

static void TestStreams(void) {
  NEWER(remb_stream) newer;
  remb_stream stream;

#define STREAM_FAILS_WITH(member, value)                        \
  do {                                                          \
    stream = StreamOf(7);                                       \
    stream.member = value;                                      \
    FAILS(REMB_ERR_ARGUMENT, add_stream, (estimator, &stream)); \
  } while (0)
  STREAM_FAILS_WITH(kind, -1);
  STREAM_FAILS_WITH(kind, 2);
  STREAM_FAILS_WITH(clock_rate_hz, -1);
  STREAM_FAILS_WITH(clock_rate_hz, 999);
  STREAM_FAILS_WITH(clock_rate_hz, 1000001);
  STREAM_FAILS_WITH(abs_send_time_id, -2);
  STREAM_FAILS_WITH(abs_send_time_id, 256);
  STREAM_FAILS_WITH(transmission_offset_id, -2);
  STREAM_FAILS_WITH(transmission_offset_id, 256);
  STREAM_FAILS_WITH(abs_capture_time_id, -2);
  STREAM_FAILS_WITH(abs_capture_time_id, 256);
#undef STREAM_FAILS_WITH

  stream = StreamOf(7);
  stream.struct_size = 3;
  FAILS(REMB_ERR_STRUCT_SIZE, add_stream, (estimator, &stream));
  stream.struct_size = 0;
  FAILS(REMB_ERR_STRUCT_SIZE, add_stream, (estimator, &stream));
  stream.struct_size = UINT32_MAX;
  FAILS(REMB_ERR_STRUCT_SIZE, add_stream, (estimator, &stream));
  memset(&newer, 0, sizeof newer);
  newer.now.struct_size = sizeof newer;
  newer.now.ssrc = 7;
  newer.bytes[sizeof(remb_stream)] = 1;
  FAILS(REMB_ERR_STRUCT_SIZE, add_stream, (estimator, &newer.now));
  newer.bytes[sizeof(remb_stream)] = 0;
  OK(remb_add_stream(estimator, &newer.now));
  stream.struct_size = offsetof(remb_stream, kind);
  stream.kind = 99; /* not read */
  OK(remb_add_stream(estimator, &stream));
  OK(remb_remove_stream(estimator, 7));

  FAILS(REMB_ERR_NOT_FOUND, remove_stream, (estimator, 7));
  FAILS(REMB_ERR_NOT_FOUND, remove_stream, (estimator, 0));
}

/* An estimator for two streams takes no third one; those only heard have places of their own. */
static void TestTooManyStreams(void) {
  remb_estimator *const outer = estimator;
  remb_config config = DefaultConfig();
  remb_stream stream;
  remb_packet packet = PacketOf(3, 1000000);
  config.max_streams = 2;
  OK(remb_create(&config, &estimator));
  OK(remb_on_packet(estimator, &packet)); /* only heard */
  stream = StreamOf(1);
  OK(remb_add_stream(estimator, &stream));
  stream = StreamOf(2);
  OK(remb_add_stream(estimator, &stream));
  stream = StreamOf(3);
  FAILS(REMB_ERR_TOO_MANY_STREAMS, add_stream, (estimator, &stream));
  stream = StreamOf(2); /* once more for the same one is no new stream */
  OK(remb_add_stream(estimator, &stream));
  OK(remb_remove_stream(estimator, 1));
  stream = StreamOf(3);
  OK(remb_add_stream(estimator, &stream));
  remb_destroy(estimator);
  estimator = outer;
}

static void TestPackets(void) {
  NEWER(remb_packet) newer;
  const remb_packet good = PacketOf(7, 5000000);
  remb_packet packets[3];
  remb_packet packet;

/* Alone, and as the last of an array of which then nothing is taken. */
#define PACKET_FAILS_WITH(error, member, value)        \
  do {                                                 \
    packet = good;                                     \
    packet.member = value;                             \
    FAILS(error, on_packet, (estimator, &packet));     \
    packets[0] = packets[1] = good;                    \
    packets[2] = packet;                               \
    FAILS(error, on_packets, (estimator, packets, 3)); \
  } while (0)
  PACKET_FAILS_WITH(REMB_ERR_TIME, arrival_us, -1);
  PACKET_FAILS_WITH(REMB_ERR_TIME, arrival_us, INT64_MIN);
  PACKET_FAILS_WITH(REMB_ERR_TIME, arrival_us, REMB_MAX_TIME_US + 1);
  PACKET_FAILS_WITH(REMB_ERR_TIME, arrival_us, INT64_MAX);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, stamps, 64);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, stamps, REMB_STAMP_CAPTURE_CLOCK_OFFSET);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, stamps, 0x80000001);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, abs_send_time, 0x1000000);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, transmission_offset, 8388608);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, transmission_offset, -8388609);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, payload_bytes, -1);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, payload_bytes, 65536);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, sequence_number, 65536);
  PACKET_FAILS_WITH(REMB_ERR_ARGUMENT, sequence_number, -1);
#undef PACKET_FAILS_WITH

  FAILS(REMB_ERR_ARGUMENT, on_packets, (estimator, packets, -1));
  FAILS(REMB_ERR_ARGUMENT, on_packets, (estimator, NULL, -1));
  packets[0] = packets[1] = packets[2] = good;
  packets[1].struct_size = sizeof packets[1] - 8; /* unlike */
  FAILS(REMB_ERR_ARGUMENT, on_packets, (estimator, packets, 3));
  packets[1].struct_size = 0;
  FAILS(REMB_ERR_ARGUMENT, on_packets, (estimator, packets, 3));

  packet = good;
  packet.struct_size = 3;
  FAILS(REMB_ERR_STRUCT_SIZE, on_packet, (estimator, &packet));
  FAILS(REMB_ERR_STRUCT_SIZE, on_packets, (estimator, &packet, 1));
  packet.struct_size = 0;
  FAILS(REMB_ERR_STRUCT_SIZE, on_packet, (estimator, &packet));
  FAILS(REMB_ERR_STRUCT_SIZE, on_packets, (estimator, &packet, 1));
  packet.struct_size = UINT32_MAX;
  FAILS(REMB_ERR_STRUCT_SIZE, on_packet, (estimator, &packet));
  FAILS(REMB_ERR_STRUCT_SIZE, on_packets, (estimator, &packet, 1));
  memset(&newer, 0, sizeof newer);
  newer.now = good;
  newer.now.struct_size = sizeof newer;
  newer.bytes[sizeof newer - 1] = 1;
  FAILS(REMB_ERR_STRUCT_SIZE, on_packet, (estimator, &newer.now));
  FAILS(REMB_ERR_STRUCT_SIZE, on_packets, (estimator, &newer.now, 1));
  newer.bytes[sizeof newer - 1] = 0;
  OK(remb_on_packet(estimator, &newer.now));
  OK(remb_on_packets(estimator, &newer.now, 1));
  packet = good;
  packet.struct_size = offsetof(remb_packet, stamps);
  packet.stamps = 99; /* not read */
  OK(remb_on_packet(estimator, &packet));
  OK(remb_on_packets(estimator, &packet, 1));

  /* The ends of the ranges. */
  packet = good;
  packet.stamps |= REMB_STAMP_TRANSMISSION_OFFSET;
  packet.abs_send_time = 0xFFFFFF;
  packet.transmission_offset = -8388608;
  packet.payload_bytes = 65535;
  OK(remb_on_packet(estimator, &packet));
  packet.transmission_offset = 8388607;
  packet.payload_bytes = 0;
  OK(remb_on_packet(estimator, &packet));
}

/* Arrays of structs that are shorter or longer than this version's. */
static void TestArraysOfForeignPackets(void) {
  enum { SHORT = 12 }; /* up to the middle of arrival_us, and not a multiple of 8 */
  unsigned char shorter[2 * SHORT];
  NEWER(remb_packet) newer[2];
  const View before = Look();
  uint32_t size = SHORT;
  uint32_t ssrc = 7;
  int64_t packets;
  memset(shorter, 0, sizeof shorter);
  memcpy(shorter, &size, sizeof size);
  memcpy(shorter + 4, &ssrc, sizeof ssrc);
  memcpy(shorter + SHORT, &size, sizeof size);
  memcpy(shorter + SHORT + 4, &ssrc, sizeof ssrc);
  memset(newer, 0, sizeof newer);
  newer[0].now = newer[1].now = PacketOf(7, 5100000);
  newer[0].now.struct_size = newer[1].now.struct_size = sizeof newer[0];
  OK(remb_on_packets(estimator, &newer[0].now, 2));
  newer[1].bytes[sizeof newer[1] - 1] = 1;
  FAILS(REMB_ERR_STRUCT_SIZE, on_packets, (estimator, &newer[0].now, 2));
  packets = Look().stats.packets;
  CHECK(packets == before.stats.packets + 2);
  /* Arrival 0 is far back: it starts afresh. */
  OK(remb_on_packets(estimator, (const remb_packet *)(const void *)shorter, 2));
  CHECK(Look().stats.packets == packets + 2);
}

static void TestRtpPackets(void) {
  uint8_t rtp[64] = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7};
  static uint8_t huge[65536 + 12] = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7};
  FAILS(REMB_ERR_ARGUMENT, on_rtp_packet, (estimator, 5000000, rtp, -1));
  FAILS(REMB_ERR_ARGUMENT, on_rtp_packet, (estimator, 5000000, rtp, INT32_MIN));
  FAILS(REMB_ERR_ARGUMENT, on_rtp_packet, (estimator, 5000000, huge, 65536));
  FAILS(REMB_ERR_TIME, on_rtp_packet, (estimator, -1, rtp, 12));
  FAILS(REMB_ERR_TIME, on_rtp_packet, (estimator, REMB_MAX_TIME_US + 1, rtp, 12));
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, 0));
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, 11));
  OK(remb_on_rtp_packet(estimator, 5000000, rtp, 12));
  OK(remb_on_rtp_packet(estimator, 5000000, rtp, (int32_t)sizeof rtp));
  OK(remb_on_rtp_packet(estimator, 5000000, huge, 65535));
  rtp[0] = 0x8F; /* 15 CSRCs: 72 bytes of header */
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, (int32_t)sizeof rtp));
  rtp[0] = 0x90; /* an extension that reaches beyond the end */
  rtp[14] = 0xFF;
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, (int32_t)sizeof rtp));
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, 12));
  rtp[0] = 0x40; /* version 1 */
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, 12));
  rtp[0] = 0x80;
  rtp[1] = 201; /* RTCP */
  FAILS(REMB_ERR_MALFORMED, on_rtp_packet, (estimator, 5000000, rtp, 12));
}

static void TestLimits(void) {
  FAILS(REMB_ERR_ARGUMENT, set_rtt, (estimator, -1));
  FAILS(REMB_ERR_ARGUMENT, set_rtt, (estimator, 60000001));
  OK(remb_set_rtt(estimator, 0));
  OK(remb_set_rtt(estimator, 60000000));
  OK(remb_set_rtt(estimator, 200000));

  FAILS(REMB_ERR_ARGUMENT, set_max_bitrate, (estimator, -1));
  FAILS(REMB_ERR_ARGUMENT, set_max_bitrate, (estimator, REMB_MAX_BITRATE_BPS + 1));
  FAILS(REMB_ERR_ARGUMENT, set_max_bitrate, (estimator, 4999)); /* below the minimum */
  FAILS(REMB_ERR_ARGUMENT, set_min_bitrate, (estimator, -1));
  FAILS(REMB_ERR_ARGUMENT, set_min_bitrate, (estimator, REMB_MAX_BITRATE_BPS + 1));
  OK(remb_set_max_bitrate(estimator, 100000));
  FAILS(REMB_ERR_ARGUMENT, set_min_bitrate, (estimator, 100001));
  OK(remb_set_min_bitrate(estimator, 100000));
  FAILS(REMB_ERR_ARGUMENT, set_max_bitrate, (estimator, 99999));
  OK(remb_set_max_bitrate(estimator, 0));
  OK(remb_set_max_bitrate(estimator, REMB_MAX_BITRATE_BPS));
  OK(remb_set_min_bitrate(estimator, 0));
  OK(remb_set_max_bitrate(estimator, 4000000));
  FAILS(REMB_ERR_ARGUMENT, set_max_bitrate, (estimator, 1)); /* the minimum is back at 5000 */
  OK(remb_set_max_bitrate(estimator, 5000));
  FAILS(REMB_ERR_ARGUMENT, set_min_bitrate, (estimator, 5001));
  OK(remb_set_max_bitrate(estimator, 0));
}

static void TestRemb(void) {
  NEWER(remb_message) newer;
  remb_message message = MessageOf(123);
  remb_message copy;
  int64_t newest;

  message.struct_size = sizeof message - 1;
  copy = message;
  FAILS(REMB_ERR_STRUCT_SIZE, poll, (estimator, 6000000, &message));
  CHECK(memcmp(&message, &copy, sizeof message) == 0);
  message.struct_size = 0;
  FAILS(REMB_ERR_STRUCT_SIZE, poll, (estimator, 6000000, &message));
  message.struct_size = sizeof message;
  copy = message;
  FAILS(REMB_ERR_TIME, poll, (estimator, -1, &message));
  FAILS(REMB_ERR_TIME, poll, (estimator, REMB_MAX_TIME_US + 1, &message));
  CHECK(memcmp(&message, &copy, sizeof message) == 0);

  FAILS(REMB_ERR_TIME, sent, (estimator, -1, 1000));
  FAILS(REMB_ERR_TIME, sent, (estimator, REMB_MAX_TIME_US + 1, 1000));
  FAILS(REMB_ERR_ARGUMENT, sent, (estimator, 6000000, 0));
  FAILS(REMB_ERR_ARGUMENT, sent, (estimator, 6000000, -1));
  FAILS(REMB_ERR_ARGUMENT, sent, (estimator, 6000000, REMB_MAX_BITRATE_BPS + 1));

  /* A longer message is filled as far as it is known, whatever is in its tail. */
  OK(remb_reset(estimator));
  {
    remb_packet packet = PacketOf(9, 7000000);
    CHECK(remb_on_packet(estimator, &packet) & REMB_DUE); /* by the initial bitrate */
    newest = packet.arrival_us;
  }
  memset(&newer, 0xAA, sizeof newer);
  newer.now.struct_size = sizeof newer;
  newer.now.sender_ssrc = 5;
  CHECK(remb_poll(estimator, newest, &newer.now) & REMB_DUE);
  CHECK(newer.now.struct_size == sizeof newer && newer.now.sender_ssrc == 5);
  CHECK(newer.now.bitrate_bps == remb_estimate(estimator));
  CHECK(newer.now.ssrc_count == 1 && newer.now.ssrcs[0] == 9);
  CHECK(newer.bytes[sizeof newer - 1] == 0xAA);
  OK(remb_sent(estimator, newest, newer.now.bitrate_bps));
  memset(&copy, 0x55, sizeof copy);
  copy.struct_size = sizeof copy;
  message = copy;
  CHECK(!(remb_poll(estimator, newest, &message) & REMB_DUE));
  CHECK(memcmp(&message, &copy, sizeof message) == 0); /* not due: untouched */
}

static void TestLookingAtStreams(void) {
  NEWER(remb_stream_stats) newer;
  uint32_t ssrcs[3] = {99, 99, 99};
  remb_stream_stats stats;
  uint32_t size;

  FAILS(REMB_ERR_ARGUMENT, streams, (estimator, ssrcs, -1));
  CHECK(ssrcs[0] == 99);
  CHECK(remb_streams(estimator, NULL, 0) == 2);
  CHECK(remb_streams(estimator, ssrcs, 3) == 2);
  CHECK(ssrcs[0] == 9 && ssrcs[1] == 10 && ssrcs[2] == 99);
  for (size = 0; size < 8; ++size) {
    stats.struct_size = size;
    FAILS(REMB_ERR_STRUCT_SIZE, get_stream_stats, (estimator, 9, &stats));
  }
  stats.struct_size = sizeof stats;
  FAILS(REMB_ERR_NOT_FOUND, get_stream_stats, (estimator, 8, &stats));
  CHECK(remb_get_stream_stats(estimator, 9, &stats) == REMB_OK);
  CHECK(stats.ssrc == 9 && stats.alive == 1 && stats.added == 0 && stats.packets == 1);
  for (size = 8; size <= sizeof newer; ++size) {
    const size_t known = size < sizeof(remb_stream_stats) ? size : sizeof(remb_stream_stats);
    memset(&newer, 0xAA, sizeof newer);
    newer.now.struct_size = size;
    CHECK(remb_get_stream_stats(estimator, 9, &newer.now) == REMB_OK);
    CHECK(newer.now.struct_size == size);
    CHECK(memcmp(newer.bytes + 4, (const unsigned char *)&stats + 4, known - 4) == 0);
    if (known < sizeof newer) CHECK(newer.bytes[known] == 0xAA);
  }
}

static void TestLookingIn(void) {
  NEWER(remb_stats) newer;
  uint32_t ssrcs[2] = {99, 99};
  remb_packet packet = PacketOf(10, 7010000);
  remb_stats stats;
  uint32_t size;
  View view;

  OK(remb_on_packet(estimator, &packet));
  FAILS(REMB_ERR_ARGUMENT, ssrcs, (estimator, ssrcs, -1));
  FAILS(REMB_ERR_BUFFER_TOO_SMALL, ssrcs, (estimator, ssrcs, 0));
  FAILS(REMB_ERR_BUFFER_TOO_SMALL, ssrcs, (estimator, ssrcs, 1));
  CHECK(ssrcs[0] == 99 && ssrcs[1] == 99);
  CHECK(remb_ssrcs(estimator, ssrcs, 2) == 2 && ssrcs[0] == 9 && ssrcs[1] == 10);

  for (size = 0; size < 8; ++size) {
    stats.struct_size = size;
    FAILS(REMB_ERR_STRUCT_SIZE, get_stats, (estimator, &stats));
  }
  view = Look();
  /* As much as there is room for, and not a byte more. */
  for (size = 8; size <= sizeof newer; ++size) {
    const size_t known = size < sizeof(remb_stats) ? size : sizeof(remb_stats);
    memset(&newer, 0xAA, sizeof newer);
    newer.now.struct_size = size;
    CHECK(remb_get_stats(estimator, &newer.now) == REMB_OK);
    CHECK(newer.now.struct_size == size);
    CHECK(memcmp(newer.bytes + 4, (const unsigned char *)&view.stats + 4, known - 4) == 0);
    if (known < sizeof newer) CHECK(newer.bytes[known] == 0xAA);
  }
}

static void TestRtcp(void) {
  NEWER(remb_message) newer;
  uint8_t buffer[REMB_MAX_MESSAGE_BYTES];
  uint8_t zeros[REMB_MAX_MESSAGE_BYTES];
  const uint8_t report[8] = {0x80, 201, 0, 1, 0, 0, 0, 1};
  remb_message message = MessageOf(1000000);
  remb_message parsed;
  remb_message copy;
  int32_t size;
  int32_t capacity;

  memset(buffer, 0, sizeof buffer);
  memset(zeros, 0, sizeof zeros);
  message.struct_size = sizeof message - 1;
  FAILS(REMB_ERR_STRUCT_SIZE, write, (&message, buffer, sizeof buffer));
  message.struct_size = UINT32_MAX;
  FAILS(REMB_ERR_STRUCT_SIZE, write, (&message, buffer, sizeof buffer));
  memset(&newer, 0, sizeof newer);
  newer.now = MessageOf(1000000);
  newer.now.struct_size = sizeof newer;
  newer.bytes[sizeof newer - 1] = 1;
  FAILS(REMB_ERR_STRUCT_SIZE, write, (&newer.now, buffer, sizeof buffer));
  message = MessageOf(-1);
  FAILS(REMB_ERR_ARGUMENT, write, (&message, buffer, sizeof buffer));
  message = MessageOf(1000000);
  message.ssrc_count = -1;
  FAILS(REMB_ERR_ARGUMENT, write, (&message, buffer, sizeof buffer));
  message.ssrc_count = REMB_MAX_SSRCS + 1;
  FAILS(REMB_ERR_ARGUMENT, write, (&message, buffer, sizeof buffer));
  message.ssrc_count = 2;
  for (capacity = -1; capacity < 28; ++capacity) {
    FAILS(REMB_ERR_BUFFER_TOO_SMALL, write, (&message, buffer, capacity));
  }
  FAILS(REMB_ERR_BUFFER_TOO_SMALL, write, (&message, buffer, INT32_MIN));
  CHECK(memcmp(buffer, zeros, sizeof buffer) == 0);
  newer.bytes[sizeof newer - 1] = 0;
  CHECK(remb_write(&newer.now, buffer, 28) == 28);
  memset(buffer, 0, sizeof buffer);
  size = remb_write(&message, buffer, 28);
  CHECK(size == 28);
  message.ssrc_count = REMB_MAX_SSRCS;
  CHECK(remb_write(&message, zeros, sizeof zeros) == REMB_MAX_MESSAGE_BYTES);

  memset(&parsed, 0x55, sizeof parsed);
  parsed.struct_size = sizeof parsed - 1;
  copy = parsed;
  FAILS(REMB_ERR_STRUCT_SIZE, parse, (buffer, size, &parsed));
  CHECK(memcmp(&parsed, &copy, sizeof parsed) == 0);
  parsed.struct_size = copy.struct_size = sizeof parsed;
  FAILS(REMB_ERR_ARGUMENT, parse, (buffer, -1, &parsed));
  for (size = 0; size < 28; ++size) FAILS(REMB_ERR_MALFORMED, parse, (buffer, size, &parsed));
  FAILS(REMB_ERR_NOT_FOUND, parse, (report, sizeof report, &parsed));
  CHECK(memcmp(&parsed, &copy, sizeof parsed) == 0);
  CHECK(remb_parse(buffer, 28, &parsed) == REMB_OK);
  CHECK(parsed.sender_ssrc == 1 && parsed.bitrate_bps == 1000000 && parsed.ssrc_count == 2);
  CHECK(parsed.ssrcs[0] == 7 && parsed.ssrcs[1] == 8);
  memset(&newer, 0xAA, sizeof newer);
  newer.now.struct_size = sizeof newer;
  CHECK(remb_parse(buffer, 28, &newer.now) == REMB_OK);
  CHECK(newer.now.struct_size == sizeof newer && newer.bytes[sizeof newer - 1] == 0xAA);
}

static void TestNoMemory(void) {
#ifndef HAVE_SANITIZER
  uint8_t rtp[12] = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
  remb_estimator *const untouched = (remb_estimator *)&failures;
  remb_estimator *created = untouched;
  remb_packet packets[100];
  remb_stream stream;
  uint32_t ssrc = 0x10000;
  int i;

  no_memory = 1;
  FAILS(REMB_ERR_NO_MEMORY, create, (NULL, &created));
  CHECK(created == untouched);
  /* Streams are taken until the table has to grow. */
  for (stream = StreamOf(++ssrc); remb_add_stream(estimator, &stream) == REMB_OK;) {
    stream = StreamOf(++ssrc);
  }
  FAILS(REMB_ERR_NO_MEMORY, add_stream, (estimator, &stream));
  for (i = 0; i < 100; ++i) packets[i] = PacketOf(++ssrc, 7100000);
  FAILS(REMB_ERR_NO_MEMORY, on_packet, (estimator, &packets[0]));
  FAILS(REMB_ERR_NO_MEMORY, on_packets, (estimator, packets, 100));
  FAILS(REMB_ERR_NO_MEMORY, on_rtp_packet, (estimator, 7100000, rtp, 12));
  no_memory = 0;
  OK(remb_on_packet(estimator, &packets[0]));
  OK(remb_on_packets(estimator, packets, 100));
  OK(remb_on_rtp_packet(estimator, 7100000, rtp, 12));
#endif
}

static void TestLife(void) {
  remb_estimator *all[8];
  int i;
  for (i = 0; i < 8; ++i) OK(remb_create(NULL, &all[i]));
  for (i = 0; i < 8; i += 2) remb_destroy(all[i]);
  for (i = 0; i < 8; i += 2) OK(remb_create(NULL, &all[i]));
  for (i = 7; i >= 0; --i) {
    remb_packet packet = PacketOf((uint32_t)i, 1000000);
    OK(remb_on_packet(all[i], &packet));
    remb_destroy(all[i]);
  }
}

static void TestText(void) {
  char version[32];
  int32_t status;
  int32_t reason;
  CHECK(remb_version() ==
        REMB_VERSION_MAJOR * 65536 + REMB_VERSION_MINOR * 256 + REMB_VERSION_PATCH);
  snprintf(version, sizeof version, "%d.%d.%d", REMB_VERSION_MAJOR, REMB_VERSION_MINOR,
           REMB_VERSION_PATCH);
  CHECK(strcmp(remb_version_string(), version) == 0);
  CHECK(strcmp(remb_status_string(REMB_OK), "ok") == 0);
  CHECK(strcmp(remb_status_string(INT32_MAX), "ok") == 0);
  for (status = REMB_ERR_TOO_MANY_STREAMS; status < 0; ++status) {
    CHECK(strcmp(remb_status_string(status), remb_status_string(INT32_MIN)) != 0);
    if (status + 1 < 0) {
      CHECK(strcmp(remb_status_string(status), remb_status_string(status + 1)) != 0);
    }
  }
  for (reason = REMB_REASON_UNHEARD; reason <= REMB_REASON_AUDIO; ++reason) {
    CHECK(strcmp(remb_reason_string(reason), remb_reason_string(INT32_MIN)) != 0);
    CHECK(strcmp(remb_reason_string(reason), remb_reason_string(reason + 1)) != 0);
  }
}

static void CheckAllReached(void) {
#define NAME_AND_ERRORS(name, errors) {"remb_" #name, errors},
  static const struct {
    const char *name;
    unsigned errors;
  } documented[FUNCTION_COUNT] = {FUNCTIONS(NAME_AND_ERRORS)};
  unsigned all = 0;
  int i;
  int error;
  for (i = 0; i < FUNCTION_COUNT; ++i) {
    for (error = -1; error > -BITS; --error) {
      if ((documented[i].errors ^ reached[i]) & BIT(error)) {
        fprintf(stderr, "%s: \"%s\" was %s\n", documented[i].name, remb_status_string(error),
                reached[i] & BIT(error) ? "reached but is not documented" : "not reached");
        ++failures;
      }
    }
    all |= reached[i];
  }
  for (error = REMB_ERR_TOO_MANY_STREAMS; error < 0; ++error) {
    CHECK((all & BIT(error)) || BIT_NO_MEMORY == 0);
  }
}

int main(void) {
  remb_config config = DefaultConfig();
  remb_packet packet = PacketOf(7, 1000000);
  int64_t us;
  config.initial_bitrate_bps = 300000;
  if (remb_create(&config, &estimator) != REMB_OK) return 1;
  /* Something to look at. */
  for (us = 1000000; us < 5000000; us += 10000) {
    packet = PacketOf(7 + (uint32_t)(us / 10000 % 2), us);
    if (remb_on_packet(estimator, &packet) < 0) return 1;
  }
  CHECK(Look().estimate > 0 && Look().count == 2 && Look().stats.reports > 0);

  TestNull();
  TestConfig();
  TestTooManyStreams();
  TestPackets();
  TestArraysOfForeignPackets();
  TestRtpPackets();
  TestStreams();
  TestLimits();
  TestRemb();
  TestLookingIn();
  TestLookingAtStreams();
  TestRtcp();
  TestNoMemory();
  TestLife();
  TestText();
  remb_destroy(estimator);
  CheckAllReached();
  if (failures != 0) fprintf(stderr, "%d failures\n", failures);
  return failures != 0;
}
