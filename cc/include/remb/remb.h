/* libremb: receive-side WebRTC bandwidth estimation and REMB.
 *
 * A receiver creates one remb_estimator per peer connection, gives it every RTP packet as it
 * arrives, and sends a REMB whenever the estimator says that one is due:
 *
 *   remb_estimator *e;
 *   remb_config config;
 *   remb_config_init(&config, sizeof config);
 *   config.abs_send_time_id = 3;                           // from the SDP's a=extmap
 *   if (remb_create(&config, &e) < 0) ...
 *   for each RTP packet:  facts = remb_on_rtp_packet(e, now_us, data, size);
 *   when facts & REMB_DUE, or at the time remb_next_poll_us(e):
 *     remb_message message = {.struct_size = sizeof message, .sender_ssrc = my_ssrc};
 *     if (remb_poll(e, now_us, &message) & REMB_DUE) {
 *       size = remb_write(&message, buffer, sizeof buffer);
 *       if (send(buffer, size) succeeded) remb_sent(e, now_us, message.bitrate_bps);
 *     }
 *   remb_destroy(e);
 *
 * TIME is an argument: microseconds of any monotonic clock, 0 to REMB_MAX_TIME_US. The library has
 * no clock, thread, lock, callback, log or I/O of its own. A packet older than the newest time seen
 * is taken at that newest time. A packet more than one second older means that the clock was set
 * back: all that was measured is forgotten and measurement starts afresh at the packet's time;
 * added streams, limits and the last rate sent stay, and so does the adaptive profile's estimate.
 * remb_poll and remb_sent take an older time as the newest time seen.
 *
 * RETURN VALUES are 0 (REMB_OK), positive (facts, a count, a rate) or negative (an error,
 * REMB_ERR_*). After an error nothing has changed, but for one case: when memory runs out because a
 * packet's SSRC takes a place that others have just left by falling silent, time has gone on, the
 * packet may have been counted, and of an array all packets before it have been taken.
 *
 * STRUCTS begin with struct_size, which the caller sets to sizeof the struct. They grow only at the
 * end. In a struct that is read, a member that is 0 or that a shorter struct lacks has its default;
 * a longer struct is accepted if all bytes unknown to this version are 0. In a struct that is
 * written, members beyond struct_size are left out, and struct_size itself is not changed. A
 * remb_message must have at least the size that it has here. No struct_size may exceed 65 536.
 *
 * THREADS: functions with a const estimator may run at the same time on several threads; any other
 * call needs the estimator to itself. Different estimators are independent.
 *
 * UNITS: rates are bit/s, times are microseconds, sizes are bytes, unless a name says otherwise.
 */
#ifndef REMB_REMB_H_
#define REMB_REMB_H_

#include <stdint.h>

#if defined(__GNUC__)
#define REMB_API __attribute__((visibility("default")))
#else
#define REMB_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version -------------------------------------------------------------------------------- */

#define REMB_VERSION_MAJOR 0
#define REMB_VERSION_MINOR 1
#define REMB_VERSION_PATCH 0

/* The version of the library that is loaded: major * 65536 + minor * 256 + patch. */
REMB_API int32_t remb_version(void);

/* The same as text, "0.1.0". Never NULL; static. */
REMB_API const char *remb_version_string(void);

/* ---- Constants ------------------------------------------------------------------------------ */

#define REMB_OK 0

/* Facts: bits of a return value that is not negative. */
#define REMB_ESTIMATE_UPDATED 1 /* the estimator made a report: remb_stats has it */
#define REMB_DUE 2              /* a REMB is due now: call remb_poll */

/* Errors. */
#define REMB_ERR_NULL (-1) /* a pointer that must not be NULL is */
#define REMB_ERR_STRUCT_SIZE \
  (-2) /* struct_size is too small or too large, or an unknown tail is not 0 */
#define REMB_ERR_ARGUMENT (-3)         /* a value is out of its documented range */
#define REMB_ERR_TIME (-4)             /* a time is negative or beyond REMB_MAX_TIME_US */
#define REMB_ERR_BUFFER_TOO_SMALL (-5) /* the caller's buffer is too small */
#define REMB_ERR_MALFORMED (-6)        /* the bytes are not a valid RTP or RTCP packet */
#define REMB_ERR_NO_MEMORY (-7)        /* an allocation failed */
#define REMB_ERR_NOT_FOUND (-8)        /* no such SSRC, or no REMB in this RTCP packet */
#define REMB_ERR_TOO_MANY_STREAMS (-9) /* max_streams streams have been added already */

#define REMB_MAX_TIME_US (INT64_MAX / 4)
#define REMB_MAX_BITRATE_BPS 1000000000000 /* 1 Tbit/s: the largest rate that may be set */
#define REMB_MAX_SSRCS 255                 /* what a REMB can list: the count is one byte */
#define REMB_MAX_MESSAGE_BYTES 1040        /* the longest RTCP REMB: 20 + 4 * REMB_MAX_SSRCS */

/* Which arithmetic. */
#define REMB_PROFILE_DEFAULT 0   /* at present adaptive */
#define REMB_PROFILE_LIBWEBRTC 1 /* answers as libwebrtc's receive side does, to the bit/s */
#define REMB_PROFILE_ADAPTIVE 2  /* libremb's own: by standing queue, the capacity that frames */
                                 /* show, and competing TCP */

/* Where send times come from. */
#define REMB_CLOCK_AUTO 0 /* as in libwebrtc, abs-send-time from the first packet that has it; */
                          /* after 30 in a row without it RTP timestamp + offset, or */
                          /* abs-capture-time where enough packets have it */
#define REMB_CLOCK_ABS_SEND_TIME \
  1 /* only abs-send-time; other packets count in the bitrate alone */
#define REMB_CLOCK_TRANSMISSION_OFFSET \
  2                                /* only RTP timestamp + transmission offset (0 if absent) */
#define REMB_CLOCK_RTP_TIMESTAMP 3 /* only RTP timestamp */
#define REMB_CLOCK_ABS_CAPTURE_TIME \
  4 /* only abs-capture-time: a stamp a second maps the RTP timestamps of all SSRCs to one time */
    /* line, + transmission offset (0 if absent); packets of other SSRCs count in the bitrate */
    /* alone */
#define REMB_CLOCK_NONE (-1) /* of one stream: no send times, it counts in the bitrate alone */

/* Media kinds. */
#define REMB_KIND_VIDEO 0
#define REMB_KIND_AUDIO 1

/* What a packet carries (bits of remb_packet.stamps). */
#define REMB_STAMP_ABS_SEND_TIME 1
#define REMB_STAMP_TRANSMISSION_OFFSET 2
#define REMB_STAMP_RTP_TIMESTAMP 4
#define REMB_STAMP_ABS_CAPTURE_TIME 8
#define REMB_STAMP_CAPTURE_CLOCK_OFFSET 16 /* only together with abs-capture-time */
#define REMB_STAMP_SEQUENCE_NUMBER 32      /* used for losses alone */

/* Detector states, with libwebrtc's numbers. With the adaptive profile: OVERUSING in mode BACK_OFF,
 * UNDERUSING in HOLD, else NORMAL. */
#define REMB_STATE_NORMAL 0
#define REMB_STATE_UNDERUSING 1
#define REMB_STATE_OVERUSING 2

/* What moves the adaptive profile's rate. */
#define REMB_MODE_NONE 0        /* another profile */
#define REMB_MODE_START 1       /* the first seconds: up to what frames show of the path */
#define REMB_MODE_GROWTH 2      /* up: no queue stands */
#define REMB_MODE_HOLD 3        /* neither: a queue may be jitter, or is being drained */
#define REMB_MODE_BACK_OFF 4    /* down: a queue stands */
#define REMB_MODE_COMPETITION 5 /* the queue is a competitor's that yields only to losses */

/* Why a stream's send times come from where they do. */
#define REMB_REASON_UNHEARD 0 /* no packet yet: none */
#define REMB_REASON_CONFIG 1  /* the config's clock, which its newest packet has */
#define REMB_REASON_CARRIED 2 /* abs-send-time, which its newest packet has */
#define REMB_REASON_MAPPED 3  /* abs-capture-time, a stamp of which places its RTP timestamps */
#define REMB_REASON_NO_ABS_SEND_TIME \
  4 /* RTP timestamp: none of the 30 newest packets of all streams has better */
#define REMB_REASON_NO_STAMP 5   /* none: its newest packet lacks what the clock in use needs */
#define REMB_REASON_NO_MAPPING 6 /* none: it waits for its first stamp of abs-capture-time */
#define REMB_REASON_OTHER_CLOCK \
  7 /* none: its capture times do not lie on the other streams' time line, or jump about */
#define REMB_REASON_AUDIO 8 /* none: audio, which the config leaves out */

/* In the REMB schedule: leaves that rule out. */
#define REMB_OFF (-1)

/* An extension id: "this stream does not have the extension". */
#define REMB_ID_NONE (-1)

/* A few words on a status, for logs: "a pointer is NULL". For a value that is not negative: "ok".
 * Never NULL; static. */
REMB_API const char *remb_status_string(int32_t status);

/* A few words on a REMB_REASON_*: "the packets carry it". Never NULL; static. */
REMB_API const char *remb_reason_string(int32_t reason);

/* ---- An estimator's life -------------------------------------------------------------------- */

typedef struct remb_estimator remb_estimator;

typedef struct remb_config {
  uint32_t struct_size;
  int32_t profile;     /* REMB_PROFILE_* */
  int32_t clock;       /* REMB_CLOCK_*, default AUTO */
  int32_t max_streams; /* how many SSRCs are remembered that were not added, while alive, and */
                       /* how many may be added: 1 to 1 000 000, default 16 384. About 140 bytes */
                       /* each; 800 more after a packet without abs-send-time (24 with the */
                       /* adaptive profile); 56 more after one with abs-capture-time. Tables */
                       /* double: up to a third more, and twice as much while one is copied */
  int32_t abs_send_time_id;       /* for SSRCs that were not added: 1 to 255; default none */
  int32_t transmission_offset_id; /* likewise */
  int32_t clock_rate_hz; /* likewise, the RTP clock rate: 1 000 to 1 000 000, default 90 000 */
  int32_t count_audio;   /* 1: packets of added audio streams count; default 0: left out */
  int64_t initial_bitrate_bps; /* a valid first estimate; default none: no REMB before one */
  int64_t min_bitrate_bps;     /* as in remb_set_min_bitrate; default 5 000 */
  int64_t max_bitrate_bps;     /* as in remb_set_max_bitrate; default no limit */
  int64_t remb_interval_us;    /* between REMBs, unless one is due sooner by what follows: */
                               /* 10 000 to 60 000 000, default 1 000 000 */
  int32_t abs_capture_time_id; /* for SSRCs that were not added: 1 to 255; default none */
  int32_t known_streams_only;  /* 1: packets of SSRCs that were not added are left out, and not */
                               /* remembered: for packets that nobody has authenticated; */
                               /* default 0 */
  /* The rest of the REMB schedule. Defaults that differ between profiles are 0 after
   * remb_config_init, so that the profile can be changed. */
  int64_t remb_start_interval_us; /* between REMBs at first, if below remb_interval_us: 10 000 to */
                                  /* 60 000 000; REMB_OFF; default 100 000, libwebrtc REMB_OFF */
  int64_t remb_start_duration_us; /* how long after the first REMB that holds: 10 000 to */
                                  /* 60 000 000, default 3 000 000 */
  int64_t remb_min_interval_us;   /* between a REMB and one that a rise makes due: 10 000 to */
                                  /* 60 000 000; REMB_OFF: 0; default 100 000 */
  int32_t remb_fall_percent; /* due at once when rate * (100 + this) <= last rate sent * 100: */
                             /* 1 to 1 000; REMB_OFF; default 3 */
  int32_t remb_rise_percent; /* due at once, if remb_min_interval_us after the last, when */
                             /* rate * 100 >= last rate sent * (100 + this): 1 to 1 000; */
                             /* REMB_OFF; default 5, libwebrtc REMB_OFF */
} remb_config;

/* Sets struct_size to the size given, sizeof(remb_config), and every default within it. Returns
 * REMB_OK; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE. */
REMB_API int32_t remb_config_init(remb_config *config, uint32_t struct_size);

/* Makes an estimator; config may be NULL for all defaults and is copied. *estimator is set only on
 * success; free it with remb_destroy. Returns REMB_OK; REMB_ERR_NULL (estimator),
 * REMB_ERR_STRUCT_SIZE, REMB_ERR_ARGUMENT, REMB_ERR_NO_MEMORY. */
REMB_API int32_t remb_create(const remb_config *config, remb_estimator **estimator);

/* Frees an estimator; NULL is allowed. */
REMB_API void remb_destroy(remb_estimator *estimator);

/* Forgets all that was measured and sent, as if just created. Added streams, the limits and the RTT
 * stay. Returns REMB_OK; REMB_ERR_NULL. */
REMB_API int32_t remb_reset(remb_estimator *estimator);

/* ---- Streams -------------------------------------------------------------------------------- */

typedef struct remb_stream {
  uint32_t struct_size;
  uint32_t ssrc;
  int32_t kind;                   /* REMB_KIND_* */
  int32_t clock_rate_hz;          /* 1 000 to 1 000 000; 0: the config's */
  int32_t abs_send_time_id;       /* 1 to 255; 0: the config's; REMB_ID_NONE */
  int32_t transmission_offset_id; /* likewise */
  int32_t abs_capture_time_id;    /* likewise */
} remb_stream;

/* Says what an SSRC's packets look like; a further call for it changes that (renegotiation). An
 * SSRC that was never added is counted all the same, as video with the config's ids and clock rate,
 * so this call is needed only where ids differ between streams, for other clock rates, and to leave
 * audio out. An added stream keeps its place until it is removed, also while it is silent. Of those
 * not added, max_streams are remembered at a time; packets of further ones count, but no REMB lists
 * them. With the adaptive profile, while 16 or more SSRCs are alive, packets of one that was not
 * added count only once it has sent one for every 16 alive, so that a flood of SSRCs does not.
 * Returns REMB_OK; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE, REMB_ERR_ARGUMENT,
 * REMB_ERR_TOO_MANY_STREAMS, REMB_ERR_NO_MEMORY. */
REMB_API int32_t remb_add_stream(remb_estimator *estimator, const remb_stream *stream);

/* Forgets an SSRC, added or only heard: no later REMB lists it unless it is heard again. Returns
 * REMB_OK; REMB_ERR_NULL, REMB_ERR_NOT_FOUND. */
REMB_API int32_t remb_remove_stream(remb_estimator *estimator, uint32_t ssrc);

/* ---- Packets -------------------------------------------------------------------------------- */

/* Takes an RTP packet (RFC 3550; header extensions by RFC 8285, one- and two-byte form) with its
 * arrival time. RTX, FEC and padding-only packets count too. The size that counts is all behind the
 * RTP header: payload plus padding. data may also be SRTP (its header is in clear; the tag then
 * counts). Allocates only when an SSRC is new, and for the first packet of all that counts and has
 * no abs-send-time (by REMB_CLOCK_RTP_TIMESTAMP the first of all), and the first with
 * abs-capture-time. Returns facts, 0 or more of REMB_ESTIMATE_UPDATED | REMB_DUE; REMB_ERR_NULL,
 * REMB_ERR_ARGUMENT (size not 0 to 65 535), REMB_ERR_TIME, REMB_ERR_MALFORMED, REMB_ERR_NO_MEMORY.
 */
REMB_API int32_t remb_on_rtp_packet(remb_estimator *estimator, int64_t now_us, const uint8_t *data,
                                    int32_t size);

typedef struct remb_packet {
  uint32_t struct_size;
  uint32_t ssrc;
  int64_t arrival_us;
  uint32_t stamps;        /* REMB_STAMP_* bits: which of the members here are present */
  uint32_t abs_send_time; /* 24 bits, 6.18 fixed-point seconds */
  uint32_t rtp_timestamp; /* in units of the stream's clock rate */
  int32_t
      transmission_offset;  /* RFC 5450, -2^23 to 2^23 - 1, in units of the stream's clock rate */
  int32_t payload_bytes;    /* payload plus padding, 0 to 65 535 */
  int32_t sequence_number;  /* RTP's, 0 to 65 535 */
  int64_t abs_capture_time; /* the 64 bits of the extension: NTP time, 32.32 fixed-point */
  int64_t capture_clock_offset; /* its second 64 bits: capture clock - sender's clock, 32.32 */
} remb_packet;

/* The same for a packet whose header the caller has parsed. Returns facts as remb_on_rtp_packet
 * does; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE, REMB_ERR_ARGUMENT, REMB_ERR_TIME, REMB_ERR_NO_MEMORY.
 */
REMB_API int32_t remb_on_packet(remb_estimator *estimator, const remb_packet *packet);

/* The same for an array, in order; all elements have the struct_size of the first. All are checked
 * before any is taken. packets may be NULL if count is 0. Returns REMB_ESTIMATE_UPDATED if any of
 * them updated the estimate, and REMB_DUE if a REMB is due after the last; errors as
 * remb_on_packet, and REMB_ERR_ARGUMENT for count < 0 or elements of unlike struct_size. */
REMB_API int32_t remb_on_packets(remb_estimator *estimator, const remb_packet *packets,
                                 int32_t count);

/* ---- What the caller knows ------------------------------------------------------------------ */

/* The round-trip time, 0 to 60 000 000. The libwebrtc profile uses it for how fast the rate grows
 * near capacity and how soon it may be cut again; the adaptive one does not use it. 200 000 until
 * set. Returns REMB_OK; REMB_ERR_NULL, REMB_ERR_ARGUMENT. */
REMB_API int32_t remb_set_rtt(remb_estimator *estimator, int64_t rtt_us);

/* Limits what estimate and REMB say, not what is measured; 0 releases the maximum and brings the
 * minimum back to 5 000. The adaptive profile's own estimate is 50 000 at least: less may leave
 * nothing for video, and no packets to measure. A maximum may go below that. 0 to
 * REMB_MAX_BITRATE_BPS; minimum <= maximum. A maximum below the last rate sent makes a REMB due at
 * once. Returns facts, REMB_OK or REMB_DUE; REMB_ERR_NULL, REMB_ERR_ARGUMENT. */
REMB_API int32_t remb_set_max_bitrate(remb_estimator *estimator, int64_t bitrate_bps);
REMB_API int32_t remb_set_min_bitrate(remb_estimator *estimator, int64_t bitrate_bps);

/* ---- REMB ----------------------------------------------------------------------------------- */

typedef struct remb_message {
  uint32_t struct_size;
  uint32_t sender_ssrc; /* the receiver's own SSRC, as in its other RTCP */
  int64_t bitrate_bps;
  int32_t ssrc_count; /* 0 to REMB_MAX_SSRCS */
  uint32_t ssrcs[REMB_MAX_SSRCS];
} remb_message;

/* Runs what is due by now_us. If the answer has REMB_DUE, *message has the rate, which is for the
 * sender as a whole, and the SSRCs to send: those heard most recently, in numeric order, none
 * silent for 2 s and never 0 (so none at all while only SSRC 0 is heard); sender_ssrc is left as it
 * is. Otherwise *message is untouched. A REMB is due at once on the first estimate and when the
 * rate has gone down by 3 % or more, else every remb_interval_us while any stream is alive; with
 * the adaptive profile also when it has gone up by 5 % or more, and every 100 ms for the first 3 s.
 * All of this can be set in remb_config. A REMB stays due until remb_sent: after a failed send,
 * poll again within 100 ms. message may be NULL. Returns facts; REMB_ERR_NULL (estimator),
 * REMB_ERR_STRUCT_SIZE, REMB_ERR_TIME. */
REMB_API int32_t remb_poll(remb_estimator *estimator, int64_t now_us, remb_message *message);

/* Records that a REMB of this rate was sent. Call it only after the send succeeded. Returns
 * REMB_OK; REMB_ERR_NULL, REMB_ERR_TIME, REMB_ERR_ARGUMENT (rate not 1 to REMB_MAX_BITRATE_BPS). */
REMB_API int32_t remb_sent(remb_estimator *estimator, int64_t now_us, int64_t bitrate_bps);

/* When remb_poll is next worth a call if no packet comes: the earlier of the next periodic update
 * and the next REMB. INT64_MAX: not before another packet. A time in the past means now. Returns
 * the time; REMB_ERR_NULL. */
REMB_API int64_t remb_next_poll_us(const remb_estimator *estimator);

/* ---- Looking in ----------------------------------------------------------------------------- */

/* The estimate in bit/s within the limits set; 0 if there is none or no stream is alive. Returns
 * the rate; REMB_ERR_NULL. */
REMB_API int64_t remb_estimate(const remb_estimator *estimator);

/* The SSRCs that a REMB would list now. Returns their number, 0 to REMB_MAX_SSRCS; REMB_ERR_NULL,
 * REMB_ERR_ARGUMENT (capacity < 0), REMB_ERR_BUFFER_TOO_SMALL (255 places are always enough). */
REMB_API int32_t remb_ssrcs(const remb_estimator *estimator, uint32_t *ssrcs, int32_t capacity);

typedef struct remb_stats {
  uint32_t struct_size;
  int32_t state;                /* REMB_STATE_*, of the stream heard last */
  int32_t clock;                /* REMB_CLOCK_* in use */
  int32_t profile;              /* REMB_PROFILE_* in use */
  int32_t stream_count;         /* SSRCs alive, SSRC 0 included */
  int32_t reserved;             /* 0 */
  int64_t packets;              /* counted, since creation or reset */
  int64_t bytes;                /* their payload plus padding */
  int64_t reports;              /* estimates made: each REMB_ESTIMATE_UPDATED is one or more */
  int64_t last_report_us;       /* when; -1: never */
  int64_t estimate_bps;         /* before the limits; 0: none yet. Kept while no stream is alive */
  int64_t incoming_bitrate_bps; /* at the newest packet, over the second before; 0: not known */
  int64_t link_capacity_bps;    /* mean throughput at over-use; with the adaptive profile */
                                /* train_capacity_bps; 0: not known */
  int64_t last_remb_us;         /* of the last remb_sent; -1: never */
  int64_t last_remb_bps;        /* 0: never */
  int64_t groups;            /* packet groups compared so far; the next six are the newest one's */
  double send_delta_ms;      /* between the last packets of two groups, as sent */
  double arrival_delta_ms;   /* the same as received */
  double size_delta_bytes;   /* between the sizes of two groups */
  double offset_ms;          /* the Kalman filter's queueing-delay gradient per group */
  double modified_offset_ms; /* T = min(deltas, 60) * offset: what is held against the threshold */
  double threshold_ms;       /* the adaptive threshold, 6 to 600 */
  double noise_variance_ms2; /* the Kalman filter's measurement noise */
  /* From here on: the adaptive profile's, 0 with another. With it the eight before are 0. */
  int32_t mode;               /* REMB_MODE_*, START before the first packet */
  int32_t reserved2;          /* 0 */
  int64_t trains;             /* packets sent close together, as a frame is, so far */
  double queueing_delay_ms;   /* of the queue that stands: the least of a short while over the */
                              /* least of the last 20 s */
  double queue_threshold_ms;  /* a queue beyond this makes the rate go down */
  double jitter_ms;           /* of the delay, from train to train */
  int64_t train_capacity_bps; /* what the path carries of trains; 0: not known */
  int64_t capacity_share_bps; /* what it delivers to this receiver; 0: not known */
  double train_share; /* the usual ratio of these two while there is a queue: 1 without others */
} remb_stats;

/* Copies the inner signals. Returns REMB_OK; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE (shorter than 8).
 */
REMB_API int32_t remb_get_stats(const remb_estimator *estimator, remb_stats *stats);

/* The SSRCs known: those added, and those not added while they are alive; SSRC 0 too. Fills in
 * at most capacity of them, in numeric order; if there are more, any of them. ssrcs may be NULL if
 * capacity is 0. Looks at all streams. Returns the number of all, which may be above capacity;
 * REMB_ERR_NULL, REMB_ERR_ARGUMENT (capacity < 0). */
REMB_API int32_t remb_streams(const remb_estimator *estimator, uint32_t *ssrcs, int32_t capacity);

typedef struct remb_stream_stats {
  uint32_t struct_size;
  uint32_t ssrc;
  int32_t kind;           /* REMB_KIND_* */
  int32_t added;          /* 1: by remb_add_stream */
  int32_t alive;          /* 1: counted within the last 2 s, and not left out since */
  int32_t clock;          /* REMB_CLOCK_* that its send times come from now, or REMB_CLOCK_NONE */
  int32_t clock_reason;   /* REMB_REASON_* */
  uint32_t stamps;        /* REMB_STAMP_* bits: what its newest packet carried */
  int32_t state;          /* REMB_STATE_*, of the detector that its send times go to: its own by */
                          /* the RTP clocks, else one for all streams; without any NORMAL */
  int32_t reserved;       /* 0 */
  int64_t last_packet_us; /* when; -1: never, or not since the clock was set back. That and */
                          /* stamps also tell of packets of audio left out */
  int64_t packets;        /* counted since it came to be known, or the reset; SSRCs not added may */
                          /* be forgotten when silent for 2 s, and by a change of clocks */
  int64_t bytes;          /* their payload plus padding */
} remb_stream_stats;

/* Copies what there is to know of one stream. Returns REMB_OK; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE
 * (shorter than 8), REMB_ERR_NOT_FOUND. */
REMB_API int32_t remb_get_stream_stats(const remb_estimator *estimator, uint32_t ssrc,
                                       remb_stream_stats *stats);

/* ---- RTCP bytes (draft-alvestrand-rmcat-remb) ----------------------------------------------- */

/* Writes the message as one RTCP packet of 20 + 4 * ssrc_count bytes, REMB_MAX_MESSAGE_BYTES at
 * most. The rate is rounded down to 18 significant bits, as the format asks; 0 is refused, since to
 * browsers it means "no limit". Returns the size; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE,
 * REMB_ERR_ARGUMENT (ssrc_count, or a rate below 1), REMB_ERR_BUFFER_TOO_SMALL. */
REMB_API int32_t remb_write(const remb_message *message, uint8_t *buffer, int32_t capacity);

/* Reads the first REMB of an RTCP packet, which may be compound. A rate beyond 2^63 - 1 becomes
 * that. Returns REMB_OK; REMB_ERR_NULL, REMB_ERR_STRUCT_SIZE, REMB_ERR_ARGUMENT (size < 0),
 * REMB_ERR_MALFORMED, REMB_ERR_NOT_FOUND. */
REMB_API int32_t remb_parse(const uint8_t *data, int32_t size, remb_message *message);

#ifdef __cplusplus
}
#endif

#endif /* REMB_REMB_H_ */
