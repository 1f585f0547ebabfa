#include "actors/nats_stream.hpp"

#include "messages/event.hpp"

#include <string>

namespace kubesage {
namespace {

natsStatus make_stream(jsCtx& context, std::chrono::hours max_age, jsStreamInfo** info) {
  const std::string name{event_stream};
  const std::string subjects{event_subjects};
  const char* list[] = {subjects.c_str()}; // NOLINT(modernize-avoid-c-arrays): nats.c takes one
  jsStreamConfig wanted;
  jsStreamConfig_Init(&wanted);
  wanted.Name = name.c_str();
  wanted.Subjects = list;
  wanted.SubjectsLen = 1;
  wanted.Storage = js_FileStorage;
  wanted.MaxAge = std::chrono::nanoseconds{max_age}.count();
  wanted.Duplicates = std::chrono::nanoseconds{std::chrono::minutes{2}}.count();
  jsErrCode code{};
  return js_AddStream(info, &context, &wanted, nullptr, &code);
}

} // namespace

std::optional<std::string> message_id_at(jsCtx& context, std::uint64_t sequence) {
  natsMsg* raw = nullptr;
  jsErrCode code{};
  const std::string name{event_stream};
  const auto status = js_GetMsg(&raw, &context, name.c_str(), sequence, nullptr, &code);
  const nats_message message{raw};
  if (status == NATS_NOT_FOUND)
    return std::string{};
  if (status != NATS_OK)
    return std::nullopt;
  const char* id = nullptr;
  return natsMsgHeader_Get(raw, "Nats-Msg-Id", &id) == NATS_OK && id ? id : "another's";
}

stream_look look_at_stream(jsCtx& context, std::chrono::hours max_age, const stream_mark& seen) {
  stream_look look;
  jsStreamInfo* raw = nullptr;
  jsErrCode code{};
  const std::string name{event_stream};
  look.status = js_GetStreamInfo(&raw, &context, name.c_str(), nullptr, &code);
  if (look.status == NATS_NOT_FOUND)
    look.status = make_stream(context, max_age, &raw);
  const nats_stream_info info{raw};
  if (look.status != NATS_OK)
    return look;
  auto& facts = look.facts;
  facts.created = info->Created;
  facts.first = info->State.FirstSeq;
  facts.last = info->State.LastSeq;
  facts.messages = info->State.Msgs;
  facts.max_age = std::chrono::nanoseconds{info->Config->MaxAge};
  facts.keeps_all =
      info->Config->Retention == js_LimitsPolicy && info->Config->MaxMsgsPerSubject <= 0;
  look.duplicate_window = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::nanoseconds{info->Config->Duplicates});
  if (facts.keeps_all && seen.acknowledged != 0 && seen.created == facts.created
      && seen.acknowledged <= facts.last)
    facts.message_id = message_id_at(context, seen.acknowledged);
  return look;
}

} // namespace kubesage
