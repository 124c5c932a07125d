// The part of the ABI that needs no estimator: versions, and words for statuses.
#include "remb/remb.h"

#define REMB_TEXT_(x) #x
#define REMB_TEXT(x) REMB_TEXT_(x)

int32_t remb_version(void) {
  return REMB_VERSION_MAJOR * 65536 + REMB_VERSION_MINOR * 256 + REMB_VERSION_PATCH;
}

const char* remb_version_string(void) {
  return REMB_TEXT(REMB_VERSION_MAJOR) "." REMB_TEXT(REMB_VERSION_MINOR) "." REMB_TEXT(
      REMB_VERSION_PATCH);
}

const char* remb_reason_string(int32_t reason) {
  switch (reason) {
    case REMB_REASON_UNHEARD:
      return "no packet yet";
    case REMB_REASON_CONFIG:
      return "set by config";
    case REMB_REASON_CARRIED:
      return "the packets carry it";
    case REMB_REASON_MAPPED:
      return "stamps place the RTP timestamps";
    case REMB_REASON_NO_ABS_SEND_TIME:
      return "no better stamp in the last 30 packets";
    case REMB_REASON_NO_STAMP:
      return "the packets lack the stamp in use";
    case REMB_REASON_NO_MAPPING:
      return "no stamp of abs-capture-time yet";
    case REMB_REASON_OTHER_CLOCK:
      return "capture times of another clock than the other streams', or jumping";
    case REMB_REASON_AUDIO:
      return "audio, which is left out";
    default:
      return "unknown reason";
  }
}

const char* remb_status_string(int32_t status) {
  if (status >= 0) return "ok";
  switch (status) {
    case REMB_ERR_NULL:
      return "a pointer is NULL";
    case REMB_ERR_STRUCT_SIZE:
      return "struct_size is not set, or the struct is of a newer version and uses what it added";
    case REMB_ERR_ARGUMENT:
      return "an argument is out of range";
    case REMB_ERR_TIME:
      return "a time is negative or too large: microseconds of a monotonic clock are expected";
    case REMB_ERR_BUFFER_TOO_SMALL:
      return "the buffer is too small";
    case REMB_ERR_MALFORMED:
      return "the packet is malformed";
    case REMB_ERR_NO_MEMORY:
      return "out of memory";
    case REMB_ERR_NOT_FOUND:
      return "not found";
    case REMB_ERR_TOO_MANY_STREAMS:
      return "too many streams: raise max_streams or remove some";
    default:
      return "unknown error";
  }
}
