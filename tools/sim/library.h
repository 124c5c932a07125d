// The estimator under test: libremb's C ABI as a table, so that another build can take its place.
#ifndef TOOLS_SIM_LIBRARY_H_
#define TOOLS_SIM_LIBRARY_H_

#include <absl/status/statusor.h>
#include <remb/remb.h>

#include <string>

namespace remb::sim {

// Every member is set.
struct Library {
  // The one that is linked in.
  static Library Linked();

  // A shared library, say one of another version; it stays loaded until the program ends. Its path
  // is dlopen's: with a slash in it, or searched for. Errors: kNotFound (cannot be loaded: why),
  // kFailedPrecondition (a function is missing: which).
  static absl::StatusOr<Library> Open(const std::string& path);

  decltype(&::remb_version_string) version_string;
  decltype(&::remb_status_string) status_string;
  decltype(&::remb_config_init) config_init;
  decltype(&::remb_create) create;
  decltype(&::remb_destroy) destroy;
  decltype(&::remb_add_stream) add_stream;
  decltype(&::remb_on_rtp_packet) on_rtp_packet;
  decltype(&::remb_poll) poll;
  decltype(&::remb_sent) sent;
  decltype(&::remb_next_poll_us) next_poll_us;
  decltype(&::remb_estimate) estimate;
  decltype(&::remb_get_stats) get_stats;
  decltype(&::remb_write) write;
  decltype(&::remb_parse) parse;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_LIBRARY_H_
