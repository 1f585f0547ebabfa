#include "actors/stream_regress.hpp"

#include <utility>

namespace kubesage {
namespace {

/// Whether the last acknowledged message may have gone because of its age.
bool may_have_aged(const stream_mark& seen, const stream_facts& now, wall_time time) {
  return now.max_age.count() > 0 && time - seen.acknowledged_at >= now.max_age;
}

} // namespace

std::string regress_of(const stream_mark& seen, const stream_facts& now, wall_time time) {
  if (seen.created == 0)
    return {};
  if (now.created != seen.created)
    return "the stream was made anew";
  if (now.last < seen.last || now.last < seen.acknowledged)
    return "the stream ends before messages that it had acknowledged";
  if (!now.keeps_all)
    return {};
  if (seen.acknowledged != 0 && now.message_id && *now.message_id != seen.message_id) {
    if (!now.message_id->empty())
      return "another message stands in the place of the last acknowledged one";
    if (!may_have_aged(seen, now, time))
      return "the last acknowledged message is missing";
  }
  // Messages go from the front only, and each that came counts.
  const auto gone = now.first > seen.first ? now.first - seen.first : 0;
  if (now.messages + gone < seen.messages + (now.last - seen.last))
    return "messages are missing in the middle of the stream";
  return {};
}

stream_mark looked_at(stream_mark seen, const stream_facts& now) {
  seen.created = now.created;
  seen.first = now.first;
  seen.last = now.last;
  seen.messages = now.messages;
  return seen;
}

} // namespace kubesage
