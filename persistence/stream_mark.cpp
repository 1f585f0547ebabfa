#include "persistence/stream_mark.hpp"

#include "messages/error.hpp"
#include "persistence/record_bytes.hpp"

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;

} // namespace

std::string encode(const stream_mark& mark) {
  std::string out;
  put_big_endian(out, schema);
  put_big_endian(out, static_cast<std::uint64_t>(mark.created));
  put_big_endian(out, mark.first);
  put_big_endian(out, mark.last);
  put_big_endian(out, mark.messages);
  put_big_endian(out, mark.acknowledged);
  put_prefixed(out, mark.message_id);
  put_time(out, mark.acknowledged_at);
  return out;
}

caf::expected<stream_mark> decode_stream_mark(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.take<std::uint8_t>() != schema)
    in.fail();
  stream_mark mark;
  mark.created = static_cast<std::int64_t>(in.take<std::uint64_t>());
  mark.first = in.take<std::uint64_t>();
  mark.last = in.take<std::uint64_t>();
  mark.messages = in.take<std::uint64_t>();
  mark.acknowledged = in.take<std::uint64_t>();
  mark.message_id = in.take_prefixed();
  mark.acknowledged_at = take_time(in);
  if (!in.is_finished())
    return caf::make_error(errc::storage_unavailable,
                           std::string{"stream record is damaged, or of another version"});
  return {std::move(mark)};
}

} // namespace kubesage
