// libremb for other languages: the C++ classes of <remb/remb.hpp>.
//
// Only what is declared here is wrapped, and the compiler holds it against the real header. A language's own part (how
// bytes go in and out, what an error becomes) is LANGUAGE/language.i. It defines
//
//   %rethrow(NAME, FIRST)   for the function NAME, or for all that follow: what becomes of remb::Error; FIRST is the
//                           statement that comes before the call
//   Lock(estimator)         in C++: an std::unique_lock of estimator.mutex()
//
// and typemaps of std::span<const uint8_t> (bytes in), std::vector<uint8_t> (bytes out), std::vector<uint32_t> (SSRCs
// both ways), and std::span of const int32_t, const uint32_t and const int64_t (columns in) and of int32_t and int64_t
// (columns out); an absent column is an empty one.

%module remb

%{
#include <algorithm>
#include "swig/binding.h"
%}

%include <stdint.i>

// One rule for names: on_packet and arrival_us are C's. Classes and constants keep theirs.
#if defined(SWIGPYTHON)
%define HABIT "%(undercase)s" %enddef
#elif defined(SWIGJAVA)
%define HABIT "%(lowercamelcase)s" %enddef
#elif defined(SWIGCSHARP)
%define HABIT "%(camelcase)s" %enddef
#endif
%rename(HABIT, %$isfunction, %$not %$isconstructor, %$not %$isdestructor) "";
%rename(HABIT, %$isvariable, %$ismember) "";

// What the headers' comments say, by tools/build/swig_docs.py.
%include "docs.i"
%include "language.i"

%constant int32_t ESTIMATE_UPDATED = REMB_ESTIMATE_UPDATED;
%constant int32_t DUE = REMB_DUE;

%constant int32_t ERR_NULL = REMB_ERR_NULL;
%constant int32_t ERR_STRUCT_SIZE = REMB_ERR_STRUCT_SIZE;
%constant int32_t ERR_ARGUMENT = REMB_ERR_ARGUMENT;
%constant int32_t ERR_TIME = REMB_ERR_TIME;
%constant int32_t ERR_BUFFER_TOO_SMALL = REMB_ERR_BUFFER_TOO_SMALL;
%constant int32_t ERR_MALFORMED = REMB_ERR_MALFORMED;
%constant int32_t ERR_NO_MEMORY = REMB_ERR_NO_MEMORY;
%constant int32_t ERR_NOT_FOUND = REMB_ERR_NOT_FOUND;
%constant int32_t ERR_TOO_MANY_STREAMS = REMB_ERR_TOO_MANY_STREAMS;

%constant int32_t PROFILE_DEFAULT = REMB_PROFILE_DEFAULT;
%constant int32_t PROFILE_LIBWEBRTC = REMB_PROFILE_LIBWEBRTC;
%constant int32_t PROFILE_ADAPTIVE = REMB_PROFILE_ADAPTIVE;

%constant int32_t CLOCK_AUTO = REMB_CLOCK_AUTO;
%constant int32_t CLOCK_ABS_SEND_TIME = REMB_CLOCK_ABS_SEND_TIME;
%constant int32_t CLOCK_TRANSMISSION_OFFSET = REMB_CLOCK_TRANSMISSION_OFFSET;
%constant int32_t CLOCK_RTP_TIMESTAMP = REMB_CLOCK_RTP_TIMESTAMP;
%constant int32_t CLOCK_ABS_CAPTURE_TIME = REMB_CLOCK_ABS_CAPTURE_TIME;
%constant int32_t CLOCK_NONE = REMB_CLOCK_NONE;

%constant int32_t KIND_VIDEO = REMB_KIND_VIDEO;
%constant int32_t KIND_AUDIO = REMB_KIND_AUDIO;

%constant int32_t STAMP_ABS_SEND_TIME = REMB_STAMP_ABS_SEND_TIME;
%constant int32_t STAMP_TRANSMISSION_OFFSET = REMB_STAMP_TRANSMISSION_OFFSET;
%constant int32_t STAMP_RTP_TIMESTAMP = REMB_STAMP_RTP_TIMESTAMP;
%constant int32_t STAMP_ABS_CAPTURE_TIME = REMB_STAMP_ABS_CAPTURE_TIME;
%constant int32_t STAMP_CAPTURE_CLOCK_OFFSET = REMB_STAMP_CAPTURE_CLOCK_OFFSET;
%constant int32_t STAMP_SEQUENCE_NUMBER = REMB_STAMP_SEQUENCE_NUMBER;

%constant int32_t STATE_NORMAL = REMB_STATE_NORMAL;
%constant int32_t STATE_UNDERUSING = REMB_STATE_UNDERUSING;
%constant int32_t STATE_OVERUSING = REMB_STATE_OVERUSING;

%constant int32_t MODE_NONE = REMB_MODE_NONE;
%constant int32_t MODE_START = REMB_MODE_START;
%constant int32_t MODE_GROWTH = REMB_MODE_GROWTH;
%constant int32_t MODE_HOLD = REMB_MODE_HOLD;
%constant int32_t MODE_BACK_OFF = REMB_MODE_BACK_OFF;
%constant int32_t MODE_COMPETITION = REMB_MODE_COMPETITION;

%constant int32_t REASON_UNHEARD = REMB_REASON_UNHEARD;
%constant int32_t REASON_CONFIG = REMB_REASON_CONFIG;
%constant int32_t REASON_CARRIED = REMB_REASON_CARRIED;
%constant int32_t REASON_MAPPED = REMB_REASON_MAPPED;
%constant int32_t REASON_NO_ABS_SEND_TIME = REMB_REASON_NO_ABS_SEND_TIME;
%constant int32_t REASON_NO_STAMP = REMB_REASON_NO_STAMP;
%constant int32_t REASON_NO_MAPPING = REMB_REASON_NO_MAPPING;
%constant int32_t REASON_OTHER_CLOCK = REMB_REASON_OTHER_CLOCK;
%constant int32_t REASON_AUDIO = REMB_REASON_AUDIO;

%constant int32_t ID_NONE = REMB_ID_NONE;
%constant int32_t OFF = REMB_OFF;

%constant int64_t MAX_TIME_US = REMB_MAX_TIME_US;
%constant int64_t MAX_BITRATE_BPS = REMB_MAX_BITRATE_BPS;
%constant int32_t MAX_SSRCS = REMB_MAX_SSRCS;

%inline %{
// The version of the library that is loaded, "major.minor.patch".
const char* version() { return remb_version_string(); }
// A few words on a REASON_*.
const char* reason_string(int32_t reason) { return remb_reason_string(reason); }
%}

namespace remb {

struct Config {
  Config();
  int32_t profile;
  int32_t clock;
  int32_t max_streams;
  int32_t abs_send_time_id;
  int32_t transmission_offset_id;
  int32_t clock_rate_hz;
  int32_t count_audio;
  int64_t initial_bitrate_bps;
  int64_t min_bitrate_bps;
  int64_t max_bitrate_bps;
  int64_t remb_interval_us;
  int32_t abs_capture_time_id;
  int32_t known_streams_only;
  int64_t remb_start_interval_us;
  int64_t remb_start_duration_us;
  int64_t remb_min_interval_us;
  int32_t remb_fall_percent;
  int32_t remb_rise_percent;
};

struct Stream {
  explicit Stream(uint32_t ssrc);
  // Which stream.
  uint32_t ssrc;
  int32_t kind;
  int32_t clock_rate_hz;
  int32_t abs_send_time_id;
  int32_t transmission_offset_id;
  int32_t abs_capture_time_id;
};

struct Packet {
  Packet();
  // The stream that it belongs to.
  uint32_t ssrc;
  // When it came, by any monotonic clock: 0 to REMB_MAX_TIME_US.
  int64_t arrival_us;
  uint32_t stamps;
  uint32_t abs_send_time;
  uint32_t rtp_timestamp;
  int32_t transmission_offset;
  int32_t payload_bytes;
  int32_t sequence_number;
  int64_t abs_capture_time;
  int64_t capture_clock_offset;
};

}  // namespace remb

// Of all members it is only outside of namespaces.
%immutable;

namespace remb {

struct Stats {
  int32_t state;
  int32_t clock;
  int32_t profile;
  int32_t stream_count;
  int64_t packets;
  int64_t bytes;
  int64_t reports;
  int64_t last_report_us;
  int64_t estimate_bps;
  int64_t incoming_bitrate_bps;
  int64_t link_capacity_bps;
  int64_t last_remb_us;
  int64_t last_remb_bps;
  int64_t groups;
  double send_delta_ms;
  double arrival_delta_ms;
  double size_delta_bytes;
  double offset_ms;
  double modified_offset_ms;
  double threshold_ms;
  double noise_variance_ms2;
  int32_t mode;
  int64_t trains;
  double queueing_delay_ms;
  double queue_threshold_ms;
  double jitter_ms;
  int64_t train_capacity_bps;
  int64_t capacity_share_bps;
  double train_share;
};

struct StreamStats {
  // Which stream.
  uint32_t ssrc;
  int32_t kind;
  int32_t added;
  int32_t alive;
  int32_t clock;
  int32_t clock_reason;
  uint32_t stamps;
  int32_t state;
  int64_t last_packet_us;
  int64_t packets;
  int64_t bytes;
};

}  // namespace remb

%mutable;

// What is above can't fail. (For all functions it is only outside of namespaces.)
%rethrow(, )

namespace remb {

struct Message {
  Message();
  static Message Parse(std::span<const uint8_t> rtcp);
  std::vector<uint8_t> Serialize() const;
  uint32_t sender_ssrc;
  // The rate that the sender may send at, of all SSRCs together: at least 1, or Serialize() refuses it.
  int64_t bitrate_bps;
};

// An array member would be a bare pointer elsewhere.
%extend Message {
  // The SSRCs whose rate this is, in numeric order as from Poll.
  std::vector<uint32_t> Ssrcs() const {
    return std::vector<uint32_t>($self->ssrcs, $self->ssrcs + $self->ssrc_count);
  }
  // REMB_MAX_SSRCS at most. Returns REMB_OK; REMB_ERR_ARGUMENT.
  void SetSsrcs(const std::vector<uint32_t>& ssrcs) {
    if (ssrcs.size() > REMB_MAX_SSRCS) throw remb::Error(REMB_ERR_ARGUMENT);
    std::copy(ssrcs.begin(), ssrcs.end(), $self->ssrcs);
    $self->ssrc_count = static_cast<int32_t>(ssrcs.size());
  }
}

}  // namespace remb

%rethrow(, auto lock = Lock(*arg1);)
%rethrow(remb::SharedEstimator::SharedEstimator, )
%rethrow(remb::SharedEstimator::~SharedEstimator, )
%rename(Estimator) remb::SharedEstimator;
%feature("compactdefaultargs") remb::SharedEstimator::OnPackets;
%feature("kwargs") remb::SharedEstimator::OnPackets;

// Names of parameters too are the language's, which %rename does not reach.
#ifndef SWIGPYTHON
#define now_us nowUs
#define rtt_us rttUs
#define bitrate_bps bitrateBps
#define arrival_us arrivalUs
#define payload_bytes payloadBytes
#define abs_send_time absSendTime
#define rtp_timestamp rtpTimestamp
#define transmission_offset transmissionOffset
#define sequence_number sequenceNumber
#define abs_capture_time absCaptureTime
#define capture_clock_offset captureClockOffset
#define estimate_bps estimateBps
#endif

namespace remb {

// An estimator, one per peer connection. Threads may share it: one that calls waits for another's call to end. Once it is
// closed, all calls fail but another close.
class SharedEstimator {
 public:
  // With all defaults, or with a config, which is copied. Returns REMB_OK; REMB_ERR_ARGUMENT, REMB_ERR_NO_MEMORY.
  SharedEstimator();
  explicit SharedEstimator(const Config& config);
  // Frees what it has. Once is enough, more do no harm.
  void Close();
  void Reset();
  void AddStream(const Stream& stream);
  void RemoveStream(uint32_t ssrc);
  int32_t OnRtpPacket(int64_t now_us, std::span<const uint8_t> data);
  // As OnRtpPacket for a packet whose header the caller has parsed.
  int32_t OnPacket(const Packet& packet);
  int32_t SetMaxBitrate(int64_t bitrate_bps);
  int32_t SetMinBitrate(int64_t bitrate_bps);
  int32_t Poll(int64_t now_us);
  int32_t Poll(int64_t now_us, Message& message);
  void SetRtt(int64_t rtt_us);
  void RembSent(int64_t now_us, int64_t bitrate_bps);
  int64_t NextPollUs() const;
  int64_t Estimate() const;
  std::vector<uint32_t> Ssrcs() const;
  Stats Stats() const;
  std::vector<uint32_t> Streams() const;
  StreamStats StreamStats(uint32_t ssrc) const;
};

%extend SharedEstimator {
  // As OnPacket for each of many packets, in order, given by columns of equal length: the members of Packet. An absent
  // column is of stamps that no packet has; without stamps every packet has all that there are columns of.
  // estimate_bps and facts, if they are there, are written: Estimate() and the facts after each packet. All packets are
  // checked before any is taken. Returns the facts of all packets together; REMB_ERR_ARGUMENT (columns of unequal
  // length too), REMB_ERR_TIME, REMB_ERR_NO_MEMORY.
  int32_t OnPackets(std::span<const int64_t> arrival_us, std::span<const uint32_t> ssrc,
                    std::span<const int32_t> payload_bytes, std::span<const uint32_t> abs_send_time = {},
                    std::span<const uint32_t> rtp_timestamp = {}, std::span<const int32_t> transmission_offset = {},
                    std::span<const int32_t> sequence_number = {}, std::span<const int64_t> abs_capture_time = {},
                    std::span<const int64_t> capture_clock_offset = {}, std::span<const uint32_t> stamps = {},
                    std::span<int64_t> estimate_bps = {}, std::span<int32_t> facts = {}) {
    return $self->OnPackets({arrival_us, ssrc, payload_bytes, abs_send_time, rtp_timestamp, transmission_offset,
                             sequence_number, abs_capture_time, capture_clock_offset, stamps},
                            estimate_bps, facts);
  }
}

}  // namespace remb

// The destructors that swig adds are thought of last.
%rethrow(, )
