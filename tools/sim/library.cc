#include "tools/sim/library.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <dlfcn.h>

namespace remb::sim {
namespace {

// Looks one function up; keeps the name of the first that is missing.
template <typename Function>
void Load(void* handle, const char* name, Function* function, const char** missing) {
  *function = reinterpret_cast<Function>(dlsym(handle, name));
  if (*function == nullptr && *missing == nullptr) *missing = name;
}

}  // namespace

Library Library::Linked() {
  return {.version_string = &remb_version_string,
          .status_string = &remb_status_string,
          .config_init = &remb_config_init,
          .create = &remb_create,
          .destroy = &remb_destroy,
          .add_stream = &remb_add_stream,
          .on_rtp_packet = &remb_on_rtp_packet,
          .poll = &remb_poll,
          .sent = &remb_sent,
          .next_poll_us = &remb_next_poll_us,
          .estimate = &remb_estimate,
          .get_stats = &remb_get_stats,
          .write = &remb_write,
          .parse = &remb_parse};
}

absl::StatusOr<Library> Library::Open(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return absl::NotFoundError(absl::StrCat("cannot load ", path, ": ", dlerror()));
  }
  Library library;
  const char* missing = nullptr;
  Load(handle, "remb_version_string", &library.version_string, &missing);
  Load(handle, "remb_status_string", &library.status_string, &missing);
  Load(handle, "remb_config_init", &library.config_init, &missing);
  Load(handle, "remb_create", &library.create, &missing);
  Load(handle, "remb_destroy", &library.destroy, &missing);
  Load(handle, "remb_add_stream", &library.add_stream, &missing);
  Load(handle, "remb_on_rtp_packet", &library.on_rtp_packet, &missing);
  Load(handle, "remb_poll", &library.poll, &missing);
  Load(handle, "remb_sent", &library.sent, &missing);
  Load(handle, "remb_next_poll_us", &library.next_poll_us, &missing);
  Load(handle, "remb_estimate", &library.estimate, &missing);
  Load(handle, "remb_get_stats", &library.get_stats, &missing);
  Load(handle, "remb_write", &library.write, &missing);
  Load(handle, "remb_parse", &library.parse, &missing);
  if (missing != nullptr) {
    dlclose(handle);
    return absl::FailedPreconditionError(absl::StrCat(path, " has no ", missing));
  }
  return library;
}

}  // namespace remb::sim
