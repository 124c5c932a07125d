// What a capture's reader chose, in words.
#ifndef TOOLS_REPLAY_CAPTURE_CAPTURE_NOTES_H_
#define TOOLS_REPLAY_CAPTURE_CAPTURE_NOTES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/capture/guesses.h"
#include "tools/replay/capture/rtp_finder.h"

namespace remb::replay {

std::string FlowNote(const RtpFlow& flow);
std::string OtherFlowsNote(const RtpFinder& finder);

// A line for each SSRC, the first of them if there are many. `given`: the rates are the user's.
std::vector<std::string> StreamNotes(const RtpFlow& flow,
                                     const std::map<uint32_t, ClockRateGuess>& rates, bool given);

// The id, 0 if there is none; how many packets have it; and why, if it was not given.
std::string AbsSendTimeNote(uint8_t id, int64_t packets,
                            const std::optional<AbsSendTimeGuess>& guess);
std::string TransmissionOffsetNote(uint8_t id, int64_t packets,
                                   const std::optional<TransmissionOffsetGuess>& guess);
std::string SizesNote(int32_t srtp_auth_tag_bytes);

std::string HeldNote(int64_t packets);
std::string SetBackNote(int64_t times);
std::string RepeatedNote(int64_t packets);

// Counts with reasons; empty if all was used.
std::string PassedOverText(const DatagramReader& reader, const RtpFinder& finder);

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_CAPTURE_NOTES_H_
