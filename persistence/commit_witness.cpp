#include "persistence/commit_witness.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/database_impl.hpp"

#include <algorithm>
#include <utility>

#include <boost/crc.hpp>
#include <rocksdb/file_system.h>

namespace kubesage {
namespace {

constexpr std::uint8_t mark_schema = 1;
constexpr std::uint32_t magic = 0x4B53'5749; // "KSWI"
constexpr std::uint32_t version = 1;
constexpr std::size_t slot_size = 64;
constexpr std::size_t body_size = 56; ///< Before the checksum.
constexpr std::array<std::uint64_t, 2> slot_offsets{0, 4096};
constexpr std::size_t file_size = 8192;

const rocksdb::IOOptions io_options;

/// CRC-32C, as RocksDB and iSCSI use it. Source: RFC 3720, section 12.1.
std::uint32_t checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

void put_head(std::string& out, const commit_mark& mark) {
  out.append(reinterpret_cast<const char*>(mark.head.data()), mark.head.size());
}

void take_head(byte_reader& in, commit_mark& mark) {
  const auto head = in.take_bytes(mark.head.size());
  std::copy(head.begin(), head.end(), mark.head.begin());
}

std::string slot_of(std::uint64_t store, const commit_mark& mark) {
  std::string slot;
  slot.reserve(slot_size);
  put_big_endian(slot, magic);
  put_big_endian(slot, version);
  put_big_endian(slot, store);
  put_big_endian(slot, mark.number);
  put_head(slot, mark);
  put_big_endian(slot, checksum(slot));
  slot.resize(slot_size, '\0');
  return slot;
}

std::optional<commit_witness::content> read_slot(std::string_view slot) {
  byte_reader in{slot};
  const auto found_magic = in.take<std::uint32_t>();
  const auto found_version = in.take<std::uint32_t>();
  commit_witness::content content;
  content.store = in.take<std::uint64_t>();
  content.mark.number = in.take<std::uint64_t>();
  take_head(in, content.mark);
  const auto found_checksum = in.take<std::uint32_t>();
  const auto body = slot.substr(0, body_size);
  if (found_magic != magic || found_version != version || found_checksum != checksum(body))
    return std::nullopt;
  return content;
}

std::string page_of(std::string slot) {
  slot.resize(slot_offsets[1], '\0');
  return slot;
}

} // namespace

std::string encode(const commit_mark& mark) {
  std::string out;
  put_big_endian(out, mark_schema);
  put_big_endian(out, mark.number);
  put_head(out, mark);
  return out;
}

caf::expected<commit_mark> decode_commit_mark(std::string_view bytes) {
  byte_reader in{bytes};
  const auto schema = in.take<std::uint8_t>();
  commit_mark mark;
  mark.number = in.take<std::uint64_t>();
  take_head(in, mark);
  if (schema != mark_schema || !in.is_finished())
    return caf::make_error(errc::store_damaged, std::string{"the store's commit mark is damaged"});
  return mark;
}

caf::expected<std::optional<commit_witness::content>>
commit_witness::read(rocksdb::FileSystem& files, const std::string& path) {
  if (files.FileExists(path, io_options, nullptr).IsNotFound())
    return std::optional<content>{};
  std::unique_ptr<rocksdb::FSSequentialFile> file;
  if (const auto status = files.NewSequentialFile(path, {}, &file, nullptr); !status.ok())
    return storage_error("reading the commit witness", status);
  std::string bytes;
  while (bytes.size() < file_size) {
    std::string buffer(file_size - bytes.size(), '\0');
    rocksdb::Slice part;
    if (const auto status = file->Read(buffer.size(), io_options, &part, buffer.data(), nullptr);
        !status.ok())
      return storage_error("reading the commit witness", status);
    if (part.empty())
      break;
    bytes.append(part.data(), part.size());
  }
  std::optional<content> newest;
  bool is_half_damaged = false;
  for (const auto offset : slot_offsets) {
    const auto slot = offset < bytes.size() ? std::string_view{bytes}.substr(offset, slot_size)
                                            : std::string_view{};
    const auto found = slot.size() == slot_size ? read_slot(slot) : std::nullopt;
    if (!found)
      is_half_damaged = true;
    else if (!newest || found->mark.number > newest->mark.number)
      newest = found;
  }
  if (!newest)
    return caf::make_error(errc::store_damaged,
                           std::string{"neither slot of the commit witness verifies"});
  newest->is_half_damaged = is_half_damaged;
  return newest;
}

caf::expected<std::unique_ptr<commit_witness>>
commit_witness::make(rocksdb::FileSystem& files, const std::string& path, const content& first) {
  // Whole pages, so that later writes change no metadata and cost one flush. Renamed into its
  // place, so that there is always a whole file under the name.
  const auto page = page_of(slot_of(first.store, first.mark));
  const auto fresh = path + ".new";
  std::unique_ptr<rocksdb::FSWritableFile> file;
  auto status = files.NewWritableFile(fresh, {}, &file, nullptr);
  if (status.ok())
    status = file->Append(page, io_options, nullptr);
  if (status.ok())
    status = file->Append(page, io_options, nullptr);
  if (status.ok())
    status = file->Fsync(io_options, nullptr);
  if (status.ok())
    status = file->Close(io_options, nullptr);
  if (status.ok())
    status = files.RenameFile(fresh, path, io_options, nullptr);
  std::unique_ptr<rocksdb::FSDirectory> directory;
  if (status.ok())
    status = files.NewDirectory(path.substr(0, path.find_last_of('/') + 1), io_options, &directory,
                                nullptr);
  if (status.ok())
    status = directory->Fsync(io_options, nullptr);
  if (!status.ok())
    return storage_error("making the commit witness", status);
  return resume(files, path, first);
}

caf::expected<std::unique_ptr<commit_witness>>
commit_witness::resume(rocksdb::FileSystem& files, const std::string& path, const content& now) {
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  if (const auto status = files.NewRandomRWFile(path, {}, &file, nullptr); !status.ok())
    return storage_error("opening the commit witness", status);
  std::unique_ptr<commit_witness> made{new commit_witness(std::move(file), now.store)};
  if (auto err = made->record(now.mark))
    return err;
  return {std::move(made)};
}

commit_witness::commit_witness(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::uint64_t store)
    : file_(std::move(file)), store_(store) {}

commit_witness::~commit_witness() {
  file_->Close(io_options, nullptr).PermitUncheckedError();
}

caf::error commit_witness::record(const commit_mark& mark) {
  const auto slot = slot_of(store_, mark);
  auto status = file_->Write(slot_offsets[mark.number % 2], slot, io_options, nullptr);
  if (status.ok())
    status = file_->Sync(io_options, nullptr);
  if (!status.ok())
    return storage_error("writing the commit witness", status);
  return {};
}

} // namespace kubesage
